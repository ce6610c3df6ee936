"""What a page must carry when it is given: an application that refuses everything, or shows nothing, fails."""

import re

from tests.integration.matrix.walking import Route
from tests.integration.matrix.world import World

_BEGINS: dict[str, bytes | tuple[bytes, ...]] = {
    "application/pdf": b"%PDF-",
    "text/calendar": b"BEGIN:VCALENDAR",
    "text/csv": (b"\xef\xbb\xbfReference,", b"\xef\xbb\xbfScheme,", b"\xef\xbb\xbfWhen,"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"PK",
    "application/json": (b'{"number":', b'{"key":', b'{\n  "schema":'),
    "text/event-stream": b"retry: 1000\ndata: ",
}

_MOST_TELLING = (
    "action_id", "referral_id", "mentor_id", "line_id", "person_id", "case_id", "user_id", "member_id", "provider_id",
    "agency_id", "request_id", "series_id", "nomination_id", "item_id", "group_id", "meeting_id",
)  # fmt: skip
"""Of the ids of an address, which tells most of what its page is about."""


_SAY_NO_MORE = ("recording.guest", "recording.deputy", "recording.urgent")
"""Forms that need say nothing of their meeting: its page leads to them."""


def expected_on(route: Route, ids: dict[str, int | str], world: World, mimetype: str, content: bytes) -> str:
    """What the page of that route should carry and does not; empty when all is well."""
    if mimetype != "text/html":
        begins = _BEGINS[mimetype]
        return "" if content.startswith(begins) else repr(begins)
    text = content.decode()
    if "/live" in route.rule.rule and "<!DOCTYPE" not in text:
        return "" if re.search(r"<(section|nav|aside|div)\b", text) else "a fragment"
    if not re.search(r"<h1[^>]*>\s*\S", text):
        return "a heading"
    if route.endpoint in _SAY_NO_MORE:
        return ""
    about = next((name for name in _MOST_TELLING if name in route.ids), "")
    wanted = world.marks.get((about, ids.get(about)), ())
    return "" if not about or any(mark in text for mark in wanted) else f"any of {wanted}"
