"""Where the pages of referrals are mounted, and the referral that one of their addresses names."""

from typing import Any

from flask import Blueprint

from core.referrals import queries
from core.referrals.models import Referral

bp = Blueprint("referrals", __name__)


def referral_in_url(referral_id: int, **_part: Any) -> Referral:
    """The referral whole, for `requires`. Raises NotFound."""
    return queries.referral_of(referral_id)
