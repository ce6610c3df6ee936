"""What views are made with. One import for all of them."""

from core.web.conflicts import saved_first
from core.web.forms import Form
from core.web.gate import (
    after_commit,
    current_actor,
    disclose,
    may,
    now,
    policy_of,
    public,
    requires,
    signed_in,
    today,
)
from core.web.refusals import beside
from core.web.render import invalid, render, see_other
from core.web.transaction import begin_write

__all__ = [
    "Form",
    "after_commit",
    "begin_write",
    "beside",
    "current_actor",
    "disclose",
    "invalid",
    "may",
    "now",
    "policy_of",
    "public",
    "render",
    "requires",
    "saved_first",
    "see_other",
    "signed_in",
    "today",
]
