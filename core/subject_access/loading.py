"""What the addresses of requests name. Raises NotFound for what is not there."""

from dataclasses import replace

from core.errors import NotFound
from core.policy.subject_access import RequestAbout
from core.subject_access import queries


def request_of(request_id: int) -> RequestAbout:
    """A request, with the cases that name its person."""
    found = queries.request_of(request_id)
    if found is None:
        raise NotFound
    return queries.about(found)


def scheme_of(request_id: int, scheme_id: int) -> RequestAbout:
    """What a scheme keeps for its own staff of its pack, or a plugin that could not say what it holds."""
    target = request_of(request_id)
    if target.request.drawn_at is None or (scheme := queries.scheme_of(request_id, scheme_id)) is None:
        raise NotFound
    return replace(target, scheme=scheme)


def part_of(request_id: int, agency_id: int) -> RequestAbout:
    """One agency's part of its pack; 0: that of all of them together."""
    target = request_of(request_id)
    if target.request.drawn_at is None:
        raise NotFound
    if all(part.agency_id != agency_id for part in queries.answered_pack(queries.stored_pack(request_id)).parts):
        raise NotFound
    return replace(target, agency_id=agency_id)
