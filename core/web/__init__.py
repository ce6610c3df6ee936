"""What views are made with. One import for all of them."""

from core.web.conflicts import save_merged, saved_first
from core.web.forms import Form
from core.web.gate import (
    after_commit,
    ask_who_it_is,
    current_actor,
    disclose,
    look_over,
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
    "ask_who_it_is",
    "begin_write",
    "beside",
    "current_actor",
    "disclose",
    "invalid",
    "look_over",
    "may",
    "now",
    "policy_of",
    "public",
    "render",
    "requires",
    "save_merged",
    "saved_first",
    "see_other",
    "signed_in",
    "today",
]
