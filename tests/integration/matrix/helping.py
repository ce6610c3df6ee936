"""A household with a plan: what its agencies read carries a word of their own, the rest that of a provider's staff."""

from datetime import timedelta
from typing import TYPE_CHECKING

from core.cases.models import Case, CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from core.referrals import consents
from core.referrals import operations as referrals
from core.referrals.queries import case_to_refer_from, referral_of
from plugins.family_intervention.family import Criterion, Domain, Member
from plugins.family_intervention.payload import FamilyPayload
from plugins.family_intervention.queries import family_of
from tests.builders import a_person, a_provider, today
from tests.integration.matrix.mediating import BEFORE_EVERY_MEETING

if TYPE_CHECKING:
    from tests.integration.matrix.things import Ids, Table


def helped(table: "Table", case: Case, person: Person) -> "Ids":
    """The person and their mother, and how far the service has come; the school has a part in the plan."""
    said, shared, on = table.words["staff"], table.words["plan"], today()
    mother = a_person(table.partnership, "Maud", table.words["case"], born=on - timedelta(days=365 * 40))
    db.session.add(CasePerson(case_id=case.id, person_id=mother.id, role=PersonRole.FAMILY_MEMBER))
    provider = a_provider(table.partnership, table.agencies.mentors, "family_intervention")
    db.session.flush()
    db.session.expire_all()
    household = tuple(Member(each.id, each.name, each.date_of_birth) for each in (person, mother))
    made = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=provider,
        payload=FamilyPayload(household, (Criterion.EVICTION, Criterion.EXCLUSION), (), f"{said} in the hall", said),
        now=utc_now(),
    )
    key = f"adult_{mother.id}"
    consents.give_consent(
        table.actor("provider"), referral=referral_of(made.id), key=key, given_on=on, now=utc_now(), note=said
    )
    school, held = table.agencies.school, {"done_on": on.isoformat()}
    action = {
        "domain": "education",
        "what": f"A breakfast for {shared}",
        "agency": school.id,
        "agency_name": school.name,
    }
    steps = (
        ("panel", {"panel_said": said, **held}),
        ("allocate", {"key_worker": "Kim Keyworker"}),
        ("visit_allocated", {"found": said, **held}),
        ("assess", {**dict.fromkeys(Domain, "some"), "crime_note": said, **held}),
        (
            "agree",
            {
                "plan": "Everybody is at school by nine.",
                "goals": [f"{shared} is at school"],
                "partners": [{"agency_id": school.id, "name": school.name}],
                **held,
            },
        ),
        ("action_contract", {**action, "due_on": (on + timedelta(days=9)).isoformat()}),
        ("review", {**dict.fromkeys(Domain, "none"), "told": f"{shared} came twice", "next_lead": said, **held}),
    )
    for transition, answers in steps:
        row = referral_of(made.id)
        referrals.move(
            table.actor("provider"),
            referral=row,
            transition=transition,
            answers=answers,
            version=row.version,
            note=f"{said} is content",
            now=utc_now(),
        )
        db.session.flush()
        db.session.expire_all()
    whole = referral_of(made.id)
    whole.opened_at -= BEFORE_EVERY_MEETING
    for move in whole.moves:
        move.at -= BEFORE_EVERY_MEETING
    for part in whole.partners:
        part.since -= BEFORE_EVERY_MEETING
    family = family_of(made.id)
    assert family is not None
    family.members[0].note = said
    return {
        "helping_provider_id": provider.id,
        "helped_id": made.id,
        "household_member_id": family.members[0].id,
        "helped_key": key,
    }
