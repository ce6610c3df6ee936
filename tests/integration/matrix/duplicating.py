"""Records that may be of one person: two to decide, two that were found to be two people, and two that were merged."""

from core.cases.models import CaseAgency, CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import MeetingStatus, PersonRole
from core.people.duplicates.operations import say_two_people
from core.people.merging.operations import Choice, Plugins, merge
from core.people.merging.queries import pair_of
from core.recording.models import Recusal
from tests.builders import LONG_AGO, a_case, a_meeting, a_person, an_item, today
from tests.integration.matrix.things import Ids, Table, add


def duplicated(table: Table) -> Ids:
    """All in a case of the council's that the group hears and that is open to the school; whoever is recused is so in
    it, too.
    """
    word, chair = table.words["case"], table.actor("chair")
    case = a_case(table.partnership, table.agencies.council, title=f"Twice {word}", group=table.group)
    add(CaseAgency(case_id=case.id, agency_id=table.agencies.school.id, basis="Consent", purpose="Help", since=today()))

    heard = an_item(a_meeting(table.group, starts_at=LONG_AGO, status=MeetingStatus.CLOSED), case)
    interest = {"user_id": table.users["recused"].id, "reason": "A cousin", "declared_at": LONG_AGO}
    add(Recusal(item_id=heard.id, case_id=case.id, **interest))

    def two(given: str) -> list[int]:
        people = [a_person(table.partnership, given, word), a_person(table.partnership, f"{given}e", word)]
        for person in people:
            add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.WITNESS))
        return [person.id for person in people]

    one_id, other_id = two("Undecidedly")
    twin, brother = two("Decidedly")
    kept, gone = two("Mergedly")
    db.session.expire_all()
    say_two_people(chair, pair=pair_of(twin, brother), reason=f"Twins, says {word}", now=utc_now())
    done = merge(
        chair,
        pair=pair_of(kept, gone),
        choice=Choice(keep=kept, take=frozenset({"given_name"}), versions={kept: 1, gone: 1}),
        reason=f"{word} says so",
        plugins=Plugins(),
        now=utc_now(),
    )
    return {
        "one_id": one_id,
        "other_id": other_id,
        "twin_id": twin,
        "brother_id": brother,
        "merge_id": done.id,
    }
