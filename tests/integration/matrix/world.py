"""The world that the matrix is walked in: one partnership with one of everything, and another one beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

from sqlalchemy import delete, update

from core.accounts.models import User, UserSession
from core.accounts.operations import sign_in
from core.cases.models import Case
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import Group, Partnership, ProviderStaff
from tests.builders import a_group, a_meeting, a_partnership, a_passkey, a_user, an_agency
from tests.integration.matrix import extras, things
from tests.integration.matrix.asking import asked_for
from tests.integration.matrix.complaining import complained
from tests.integration.matrix.duplicating import duplicated
from tests.integration.matrix.emergencies import emergencies
from tests.integration.matrix.rectifying import put_right
from tests.integration.matrix.retaining import retained
from tests.integration.matrix.things import Ids, Table
from tests.support.providers import agency_accounts

WORDS = {
    "case": "Zephyrine",
    "victim": "Celandine",
    "secret": "Xanthippe",
    "staff": "Foxglove",
    "return": "Larkspur",
    "chair": "Brimstone",
    "named": "Nightjar",
    "nominated": "Hollyhock",
    "nomination": "Juniper",
    "place": "Marigold",
    "reach": "Speedwell",
    "plan": "Periwinkle",
    "shelter": "Snowdrop",
}
"""Canaries: what text carries which word. Who may read each is in test_canaries.py."""

FOREIGN = "Quillfeather"
"""All that the other partnership's texts carry: nobody of this one may read it."""


@dataclass(frozen=True)
class Person:
    """An actor: the account, and the token of a session that was begun before anything was taken from them."""

    user_id: int
    token: str


@dataclass(frozen=True)
class World:
    """Actors by name, and the ids that addresses are made of. Plain values: the database is put back under them."""

    people: dict[str, Person]
    stages: dict[str, Ids]
    """`own` before its meeting, `session` in it, `closed` with the minutes before the chair, `sent back` by them,
    `sent` with copies out; `secret`: of the restricted case; `foreign`: of the other partnership; `extra`: see
    extras.py."""
    marks: dict[tuple[str, int | str], tuple[str, ...]]
    """(name of an id, id) -> references and names, one of which a page about that thing carries."""


ACTORS = (
    "member",
    "chair",
    "coordinator",
    "observer",
    "other group",
    "named agency",
    "let in",
    "provider",
    "colleague",
    "unsigned",
    "lapsed",
    "left",
    "not countersigned",
    "recused",
    "agency admin",
    "partnership admin",
    "auditor",
    "data lead",
    "foreign admin",
    "platform admin",
)
"""Whoever is signed in: the columns of the reviewed table."""

SIGNED_OUT = ("anonymous", "retired")
"""Whoever has no session in force: every guarded route asks them to sign in."""


def build_world() -> World:
    """Make it in the database of the current application context, and commit it."""
    ours, theirs = a_partnership("Northbridge"), a_partnership("Southmere")
    group, other_group = a_group(ours), a_group(ours, "South Community Sector Team")
    a_meeting(other_group)  # somewhere that a nomination can be sent on to
    agencies = _agencies(ours)
    users = _users(ours, theirs, group, other_group, agencies)
    table = Table(ours, group, agencies, users, WORDS)
    extras.people(table, theirs)
    tokens = {name: sign_in(user.id, now=utc_now()) for name, user in users.items()}
    # The world outlives the ten minutes in which nobody is asked again who they are.
    db.session.execute(update(UserSession).values(proved_at=utc_now() + timedelta(days=1)))
    users["retired"].retired_at = utc_now()
    stages = _stages(table)
    # Of the providers' agency, and of nobody's staff.
    db.session.execute(delete(ProviderStaff).where(ProviderStaff.user_id == users["colleague"].id))
    stages["extra"] = {**stages["own"], **extras.states(table, stages["session"])}
    _put_requests(table, stages)
    far, far_group = _agencies(theirs), a_group(theirs, f"{FOREIGN} CST")
    far_users = _users(theirs, ours, far_group, far_group, far)
    far_words = dict.fromkeys(WORDS, FOREIGN)
    stages["foreign"] = {}
    far_table = Table(theirs, far_group, far, far_users, far_words)
    far_stages = _stages(far_table)
    _put_requests(far_table, far_stages)
    for stage in far_stages.values():
        stages["foreign"] |= {name: value for name, value in stage.items() if name not in stages["foreign"]}
    db.session.commit()
    people = {name: Person(user.id, tokens[name]) for name, user in users.items()}
    return World(people, stages, things.marks())


def _put_requests(table: Table, stages: dict[str, Ids]) -> None:
    """Last of all: what is held about the person changes with everything else that is made."""
    asked = asked_for(table, stages["own"])
    for stage in stages.values():
        stage |= asked


def _stages(table: Table) -> dict[str, Ids]:
    """The same things, seen from each of the meetings that they were dealt with at."""
    secret = things.restricted_case(table)
    ids = {**things.main_case(table), "secret_id": secret["case_id"], "token": "no-such-token", "name": "app.css"}
    case = things.get(Case, ids["case_id"])
    ids |= emergencies(
        table.partnership.id,
        case.id,
        reference=case.ref,
        asker=table.users["let in"],
        granter=table.users["coordinator"],
    )
    ids |= complained(
        table.partnership.id,
        case.id,
        member_id=table.users["member"].id,
        chair_id=table.users["chair"].id,
        police=table.agencies.police,
        word=table.words["case"],
    )
    ids |= put_right(table, ids)
    ids |= duplicated(table)
    ids |= retained(table, ids)
    ids |= {"key": "young_person", "transition": "accept", "kind": "information", "plugin": "mentoring"}
    ids["passkey_id"] = a_passkey(table.users["member"]).id
    ids["identity_id"] = agency_accounts(table.agencies.council, table.users["member"])
    ids["session_id"] = things.another_session(table.users["member"])
    own = {**ids, **things.before_the_meeting(table, ids)}
    stages = {
        "own": own,
        "secret": {**own, **secret},
        "mediated": {
            **own,
            "provider_id": own["mediating_provider_id"],
            "referral_id": own["mediated_id"],
            "key": "other",
            "transition": "follow_up",
        },
        "supported": {
            **own,
            "provider_id": own["support_provider_id"],
            "referral_id": own["supported_id"],
            "key": "victim",
            "transition": "safe_referred",
        },
        "helped": {
            **own,
            "provider_id": own["helping_provider_id"],
            "referral_id": own["helped_id"],
            "key": own["helped_key"],
            "transition": "plan_reviewed",
        },
        "promised": {**own, "person_id": own["victim_id"]},
        "session": {**own, **things.in_session(table, ids)},
        "closed": {**own, **things.with_the_chair(table, ids)},
        "sent back": {**own, **things.sent_back(table, ids)},
        "sent": {**own, **things.sent(table, ids)},
    }
    stages["session"]["correction_id"] = stages["sent"]["correction_id"]  # the meeting that is held decides it
    return stages


def _agencies(partnership: Partnership) -> SimpleNamespace:
    """One for each part that an agency can have in a case."""
    return SimpleNamespace(
        council=an_agency(partnership, "Borough Council"),
        police=an_agency(partnership, "Constabulary"),
        youth=an_agency(partnership, "Youth Service"),
        homes=an_agency(partnership, "Homes"),
        school=an_agency(partnership, "High School"),
        rescue=an_agency(partnership, "Rescue Service"),
        mentors=an_agency(partnership, "Mentoring Scheme"),
        office=an_agency(partnership, "Partnership Office"),
        unsigned=an_agency(partnership, "Buses", signed_on=None),
        lapsed=an_agency(partnership, "Hostel", signed_on=date(2022, 10, 1), expires_on=date(2025, 9, 30)),
        left=an_agency(partnership, "Wound Up Homes", left_on=date(2026, 6, 30)),
    )


def _users(
    ours: Partnership, theirs: Partnership, group: Group, other_group: Group, agencies: SimpleNamespace
) -> dict[str, User]:
    """Somebody for every column of the table. Each but the chair and the coordinator is of an agency of their own,
    so that it is the role that is tested and not the agency."""
    return {
        "member": a_user(agencies.police, "Mo Member", group=group),
        "chair": a_user(agencies.council, "Cher Chair", group=group, role=GroupRole.CHAIR),
        "coordinator": a_user(agencies.council, "Cody Coordinator", group=group, role=GroupRole.COORDINATOR),
        "observer": a_user(agencies.youth, "Obi Observer", group=group, role=GroupRole.OBSERVER),
        "other group": a_user(agencies.homes, "Olga Other", group=other_group),
        "named agency": a_user(agencies.school, "Nan Named"),
        "let in": a_user(agencies.rescue, "Lee Let-in"),
        "provider": a_user(agencies.mentors, "Pia Provider"),
        "colleague": a_user(agencies.mentors, "Cole Colleague"),
        "unsigned": a_user(agencies.unsigned, "Una Unsigned", group=group),
        "lapsed": a_user(agencies.lapsed, "Lou Lapsed", group=group),
        "left": a_user(agencies.left, "Lena Left", group=group),
        "retired": a_user(agencies.police, "Rita Retired", group=group),
        "recused": a_user(agencies.police, "Rex Recused", group=group),
        "agency admin": a_user(agencies.police, "Ada Agency", admin=AdminRole.AGENCY_ADMIN, partnership=ours),
        "not countersigned": a_user(agencies.police, "Nina Name", group=group, countersigns=False),
        "partnership admin": a_user(
            agencies.office, "Pat Partnership", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=ours
        ),
        "auditor": a_user(agencies.office, "Aude Auditor", admin=AdminRole.AUDITOR, partnership=ours),
        "data lead": a_user(agencies.office, "Dora Data", admin=AdminRole.DATA_LEAD, partnership=ours),
        "foreign admin": a_user(
            an_agency(theirs, "Far Council"), "Faye Foreign", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=theirs
        ),
        "platform admin": a_user(None, "Plato Platform", admin=AdminRole.PLATFORM_ADMIN),
    }
