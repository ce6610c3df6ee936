"""Changes to groups: making and closing them, their members, their area."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from core import audit
from core.accounts.models import User
from core.accounts.operations import end_sessions_of
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, GroupKind, GroupRole
from core.meetings.diary import notices
from core.partnerships.groups import queries
from core.partnerships.models import District, Group, GroupLsoa, GroupMember

KEY_TAKEN = "There is a group with this short name already"
NAME_TAKEN = "There is a group with this name already"
NOT_HERE = "Choose somebody of an agency of this partnership who is not in the group yet"
NO_REGISTER = (
    "No incidents have been imported for this partnership yet, so codes cannot be checked. "
    "Choose a district, or import the incident register first"
)


@dataclass(frozen=True, slots=True)
class GroupDetails:
    """What is written about a group. `length_minutes`: of an ordinary meeting."""

    name: str
    kind: GroupKind
    venue: str
    length_minutes: int


def create_group(actor: Actor, *, partnership_id: int, key: str, details: GroupDetails) -> Group:
    """Set a group up. Raises Refused when its key or name is taken."""
    if queries.key_taken(partnership_id, key):
        raise Refused(KEY_TAKEN, field="key")
    if queries.name_taken(partnership_id, details.name):
        raise Refused(NAME_TAKEN, field="name")
    group = Group(partnership_id=partnership_id, key=key, **asdict(details))
    db.session.add(group)
    db.session.flush()
    _record(actor, "group.create", group, asdict(details))
    return group


def details_of(group: Group) -> GroupDetails:
    """What is written about a group now."""
    return GroupDetails(group.name, group.kind, group.venue, group.length_minutes)


def change_group(actor: Actor, *, group: Group, version: int, details: GroupDetails) -> None:
    """Change what is written about it. Raises Stale, and Refused when the name is another group's."""
    if version != group.version:
        raise Stale(asdict(details_of(group)))
    if queries.name_taken(group.partnership_id, details.name, but=group.id):
        raise Refused(NAME_TAKEN, field="name")
    group.name, group.kind = details.name, details.kind
    group.venue, group.length_minutes = details.venue, details.length_minutes
    _record(actor, "group.change", group, asdict(details))


def area_of(group: Group) -> dict[str, object]:
    """Where a group works now, by the fields of its form."""
    return {
        "source": "district" if group.district_id else "lsoas" if group.area_lsoas else "none",
        "district_id": group.district_id,
        "area_name": group.area_name,
        "codes": "\n".join(sorted(each.lsoa_code for each in group.area_lsoas)),
    }


def without_area(actor: Actor, *, group: Group, version: int) -> None:
    """The group works everywhere, or its area was wrong. Raises Stale."""
    _set_area(actor, group, version, name="", district_id=None, codes=())


def draw_area_from_district(actor: Actor, *, group: Group, version: int, district_id: int) -> None:
    """The group's area is a district of its partnership's map. Raises Stale, and Refused for any other district."""
    district = db.session.get(District, district_id)
    if district is None or district.partnership_id != group.partnership_id:
        raise Refused("Choose a district of this partnership", field="district_id")
    _set_area(actor, group, version, name=district.name, district_id=district.id, codes=())


def draw_area_from_lsoas(actor: Actor, *, group: Group, version: int, name: str, codes: Sequence[str]) -> None:
    """The group's area is drawn up from LSOAs. Raises Stale, and Refused naming codes that the register lacks."""
    if queries.register_is_empty(group.partnership_id):
        raise Refused(NO_REGISTER, field="codes")
    known = queries.lsoas_in_register(group.partnership_id, codes)
    unknown = [code for code in codes if code not in known]
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise Refused(f"The incident register has no incident in {', '.join(unknown[:5])}{more}", field="codes")
    _set_area(actor, group, version, name=name, district_id=None, codes=codes)


def add_member(actor: Actor, *, group: Group, user_id: int, role: GroupRole, on: date, now: datetime) -> GroupMember:
    """Take somebody in, and invite them to what is still to come.

    Raises Refused for a second chair, and for anybody not of an agency of the partnership.
    """
    if user_id not in {row.id for row in queries.who_could_join(group, on=on)}:
        raise Refused(NOT_HERE, field="user_id")
    _one_chair(group.id, role, on=on)
    seat = queries.seat_of(group.id, user_id)
    if seat is None:
        seat = GroupMember(group_id=group.id, user_id=user_id, role=role, since=on)
        db.session.add(seat)
    seat.role, seat.since, seat.until = role, on, None
    db.session.flush()
    _record(actor, "group.add_member", group, {"user": user_id, "role": role})
    notices.invite_to_all(db.session.get_one(User, user_id), group.id, now=now)
    return seat


def change_role(actor: Actor, *, member: GroupMember, role: GroupRole, on: date, now: datetime) -> None:
    """Give a member another role; they sign in again, with what it asks for. Raises Refused for a second chair."""
    _one_chair(member.group_id, role, on=on, but=member.id)
    if role != member.role:
        end_sessions_of(actor, db.session.get_one(User, member.user_id), now=now)
    member.role = role
    _record(actor, "group.change_role", member.group, {"user": member.user_id, "role": role})


def end_membership(actor: Actor, *, member: GroupMember, on: date, now: datetime) -> None:
    """Take somebody out, from their next request on, and the meetings to come out of their calendar.

    What they wrote stays theirs.
    """
    member.until = on
    _record(actor, "group.remove_member", member.group, {"user": member.user_id})
    notices.take_out_all(db.session.get_one(User, member.user_id), member.group_id, now=now)


def close_group(actor: Actor, *, group: Group, on: date) -> None:
    """End a group: nobody is a member of it any longer. Raises Refused while it has meetings or a series to come."""
    if group.closed_on is not None:
        raise Refused("This group is closed already.")
    meetings, series = queries.what_keeps_open(group.id)
    if meetings or series:
        raise Refused(
            "This group still has meetings in the diary or a series that goes on. "
            "Cancel its meetings and end its series first."
        )
    group.closed_on = on
    _record(actor, "group.close", group, {"on": on})


def reopen_group(actor: Actor, *, group: Group) -> None:
    """Open a closed group again, with the members that it had. Raises Refused when its name is another's by now."""
    if queries.name_taken(group.partnership_id, group.name, but=group.id):
        raise Refused("Another group has this name by now. Rename that one first.")
    group.closed_on = None
    _record(actor, "group.reopen", group, {})


def _one_chair(group_id: int, role: GroupRole, *, on: date, but: int = 0) -> None:
    if role is not GroupRole.CHAIR:
        return
    for row in queries.members_of(group_id, on=on):
        if row.role is GroupRole.CHAIR and row.id != but:
            raise Refused(
                f"{row.name} is the chair. A group has one: make them deputy chair or member first. "
                "There may be several deputies"
            )


def _set_area(
    actor: Actor, group: Group, version: int, *, name: str, district_id: int | None, codes: Sequence[str]
) -> None:
    if version != group.version:
        raise Stale(area_of(group))
    group.area_name, group.district_id = name, district_id
    kept = {each.lsoa_code: each for each in group.area_lsoas}
    group.area_lsoas = [kept.get(code) or GroupLsoa(lsoa_code=code) for code in dict.fromkeys(codes)]
    _record(actor, "group.area", group, {"district": district_id, "lsoas": list(codes)})


def _record(actor: Actor, action: str, group: Group, payload: dict[str, object]) -> None:
    audit.record(actor, audit.Category.ADMIN, action, object=f"group:{group.id}", payload=payload)
