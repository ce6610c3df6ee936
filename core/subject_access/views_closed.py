"""What of a pack is closed to whoever reads it now: a protected address, by the rule of core.policy.protecting."""

from core.policy import Permission
from core.policy.subject_access import RequestAbout
from core.subject_access import queries
from core.subject_access.closed import OPEN, Closed, closed_in
from core.subject_access.operations import purpose_of
from core.subject_access.pack import Pack
from core.web import disclose, may


def closed_to_reader(target: RequestAbout, pack: Pack) -> Closed:
    """What they do not see of it; open to those who may read the address, whose reading of it is recorded as one.

    Of an address that was protected once and is not any more nobody says who may read it: it is closed to all.
    """
    kept = queries.kept_addresses(target)
    known = [(each.protected.address, each.protected.postcode) for each in kept if each.protected is not None]
    closed = closed_in(pack.texts(), known)
    if not closed or not kept or not all(may(Permission.READ_PROTECTED_ADDRESS, each) for each in kept):
        return closed
    read_address(target)
    return OPEN


def read_address(target: RequestAbout) -> None:
    """Record that their address was read, for their request."""
    person_id = target.request.person_id
    assert person_id is not None, "whose address is kept is held"
    disclose("address.read", object=f"person:{person_id}", subjects=[person_id], purpose=purpose_of(target.request))
