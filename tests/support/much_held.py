"""Somebody who is mentioned many times, with somebody else named in every text: for the drill and the benchmark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, product

from core.accounts.queries import actor_as_of
from core.actions.models import ActionUpdate
from core.cases.models import Case, CaseAgency, CaseEvent, CaseIncident, CasePerson
from core.clock import utc_now
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import Actor, AdminRole, EntryKind, PersonRole, Visibility
from core.meetings.models import AgendaItem, Nomination, Research
from core.partnerships.models import Agency, Group
from core.people.models import Person
from core.people.names import search_name
from core.policy.subject_access import RequestAbout
from core.recording.models import Entry
from core.standards.lists import ContactWay
from core.standards.lists import EntryKind as LogKind
from core.standards.models import ContactEntry, ContactPlan
from core.subject_access import operations, queries
from core.subject_access.lists import Arrived, AskedBy
from core.subject_access.operations import Asked
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_user,
    an_action,
    an_agency,
    an_item,
    today,
)

SYLLABLES = ("zof", "quib", "wexl", "vyrr", "juxt", "plim", "drog", "krev")
CASES, MEETINGS = 4, 10


@dataclass(frozen=True)
class MuchHeld:
    """The request, the two who answer it, and the words that belong to others alone."""

    request_id: int
    lead: Actor
    second: Actor
    others: frozenset[str]
    mentions: int

    @property
    def target(self) -> RequestAbout:
        """The request as it stands."""
        found = queries.request_of(self.request_id)
        assert found is not None
        return queries.about(found)


def _words() -> Iterator[str]:
    for parts in product(SYLLABLES, repeat=3):
        yield "".join(parts).capitalize()


def much_held(mentions: int) -> MuchHeld:
    """So many texts about one person, in each of which somebody else is named in another way; committed."""
    partnership = a_partnership()
    agencies = [an_agency(partnership, name) for name in ("Council", "Police", "Homes", "Youth Service", "Health")]
    group = a_group(partnership)
    lead = a_user(agencies[0], "Lena Lead", admin=AdminRole.DATA_LEAD, partnership=partnership)
    second = a_user(agencies[1], "Sam Second", admin=AdminRole.DATA_LEAD, partnership=partnership)
    words = _words()
    writer = a_user(agencies[2], f"{next(words)} {next(words)}", group=group)
    person = a_person(partnership, "Martin", "Ashdown", born=date(1990, 5, 4))
    person.address, person.postcode = "4 Elm Close", "M6 5XY"
    others = [_other(partnership.id, n, words) for n in range(max(12, mentions // 5))]
    cases = [
        a_case(partnership, agencies[n], title="Martin Ashdown", group=group, subject=person) for n in range(CASES)
    ]
    beside = a_case(partnership, agencies[0], title="Another", group=group)
    for n, each in enumerate(others):
        # Named in the case, in another that the same meetings hear, or in none.
        case = (cases[n % CASES], beside, None)[n % 3]
        if case is not None:
            db.session.add(CasePerson(case_id=case.id, person_id=each.id, role=PersonRole.COMPLAINANT))
    items = []
    for n in range(MEETINGS):
        meeting = a_meeting(group, starts_at=utc_now() - timedelta(days=7 * (n + 1)))
        items.append(an_item(meeting, cases[n % CASES]))
        an_item(meeting, beside, position=2)
    told = _told(others)
    plan = ContactPlan(case_id=cases[0].id, person_id=person.id, agency_id=agencies[0].id)
    db.session.add(plan)
    db.session.flush()
    write = _Writer(cases, items, [each.id for each in agencies], writer.id, group, plan, told)
    for _, does in zip(range(mentions), cycle(write.ways), strict=False):
        does()
    write.once(person)
    db.session.commit()
    actors = [actor_as_of(user.id, partnership.id, on=today()) for user in (lead, second)]
    asked = Asked(person.name, AskedBy.THEMSELF, "", "", False, Arrived.POST, today(), "4 Elm Close")
    request = operations.enter(actors[0], asked, person=person, now=utc_now())
    operations.show_identity(actors[0], RequestAbout(request), seen="Passport", on=today(), now=utc_now())
    db.session.commit()
    alone = {word.casefold() for each in others for word in (each.given_name, each.family_name)}
    return MuchHeld(request.id, *actors, frozenset(alone | {part.casefold() for part in writer.name.split()}), mentions)


def _other(partnership_id: int, n: int, words: Iterator[str]) -> Person:
    given, family = next(words), next(words)
    row = Person(
        partnership_id=partnership_id,
        ref=f"OTHER-{n:04}",
        given_name=given,
        family_name=family,
        date_of_birth=date(1960 + n % 40, 1 + n % 12, 1 + n % 28),
        address=f"{n + 10} {family} Road",
        search_name=search_name(given, family),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _told(others: list[Person]) -> Iterator[str]:
    """Texts without end: each about the person, and in each somebody else in another way."""
    for n, each in enumerate(cycle(others)):
        given, family = each.given_name, each.family_name
        named_in_a_case = n % len(others) % 3 != 2
        shapes = (
            f"Martin Ashdown shouted at {given} {family}.",
            f"{given.upper()} {family.upper()}’s son says that Martin Ashdown drinks.",
            f"Martin was seen at {each.address} by {given} {family}",
            f"Mrs {family} rang, and {given[0]}. {family} wrote to him",
            f"{family.casefold()} told us that Martin deals; write to {given.casefold()}@{family.casefold()}.example",
        )
        # Whoever no case of theirs names is found by the whole name alone, written as names are.
        yield shapes[n // len(others) % len(shapes)] if named_in_a_case else shapes[n % 3 if n % 3 != 1 else 0]


class _Writer:
    def __init__(
        self,
        cases: list[Case],
        items: list[AgendaItem],
        agencies: list[int],
        author: int,
        group: Group,
        plan: ContactPlan,
        told: Iterator[str],
    ) -> None:
        self.cases, self.items, self.agencies = cycle(cases), cycle(items), cycle(agencies)
        self.author, self.group, self.plan, self.told = author, group, plan, told
        self.all_cases, self.all_items = cases, items
        self.ways: tuple[Callable[[], None], ...] = (
            self.incident, self.event, self.information, self.discussion, self.action, self.research, self.log,
            self.confided, self.decision,
        )  # fmt: skip

    def incident(self) -> None:
        self._add(
            CaseIncident(
                case_id=next(self.cases).id,
                happened_on=today(),
                what=next(self.told),
                reported_to_id=next(self.agencies),
            )
        )

    def event(self) -> None:
        self._add(
            CaseEvent(
                case_id=next(self.cases).id,
                at=utc_now(),
                kind="note",
                text="Noted",
                note=next(self.told),
                agency_id=next(self.agencies),
            )
        )

    def information(self) -> None:
        self._entry(EntryKind.INFORMATION)

    def discussion(self) -> None:
        self._entry(EntryKind.DISCUSSION)

    def decision(self) -> None:
        self._entry(EntryKind.DECISION)

    def confided(self) -> None:
        self._entry(EntryKind.INFORMATION, Visibility.CHAIR)

    def action(self) -> None:
        case = next(self.cases)
        made = an_action(case, self.group, self._agency(), text=next(self.told))
        made.outcome = next(self.told)
        self._add(ActionUpdate(action_id=made.id, at=utc_now(), kind="updated", note=next(self.told)))

    def research(self) -> None:
        item = next(self.items)
        agency = next(self.agencies)
        found = db.session.query(Research).filter_by(item_id=item.id, agency_id=agency).first()
        if found is None:
            self._add(
                Research(
                    item_id=item.id,
                    agency_id=agency,
                    asked_at=utc_now(),
                    due_on=today(),
                    answered_at=utc_now(),
                    text=next(self.told),
                )
            )
        else:
            self.incident()

    def log(self) -> None:
        self._add(
            ContactEntry(
                plan_id=self.plan.id,
                made_on=today(),
                kind=LogKind.UPDATE,
                way=ContactWay.PHONE,
                by="Officer",
                said=next(self.told),
                recorded_at=utc_now(),
                recorded_by_id=self.author,
                agency_id=next(self.agencies),
            )
        )

    def once(self, person: Person) -> None:
        """Texts of which there is one of a kind."""
        person.support_needs, person.tenure = next(self.told), next(self.told)
        for case in self.all_cases:
            case.title, case.summary, case.outcome = next(self.told), next(self.told), next(self.told)
        case, item, agency = self.all_cases[0], self.all_items[0], next(self.agencies)
        for one in self.all_items:
            one.reason, one.outcome_reason, one.taken_off_reason = next(self.told), next(self.told), next(self.told)
        self._add(
            CaseAgency(case_id=case.id, agency_id=agency, basis=next(self.told), purpose=next(self.told), since=today())
        )
        self._add(
            Nomination(
                meeting_id=item.meeting_id,
                case_id=case.id,
                agency_id=agency,
                made_by_id=self.author,
                made_at=utc_now(),
                reason=next(self.told),
                asks=next(self.told),
                late_reason=next(self.told),
                decision_reason=next(self.told),
            )
        )
        self._add(
            Emergency(
                partnership_id=case.partnership_id,
                reference=case.ref,
                case_id=case.id,
                reason=next(self.told),
                asked_at=utc_now(),
                asked_by_id=self.author,
                agency_id=agency,
                answer_by=utc_now(),
            )
        )
        plan = self.plan
        plan.contact_name, plan.contact_details, plan.instruction = next(self.told), next(self.told), next(self.told)
        plan.reach, plan.support_by, plan.complaint_text = next(self.told), next(self.told), next(self.told)

    def _entry(self, kind: EntryKind, visibility: Visibility = Visibility.EVERYONE) -> None:
        item = next(self.items)
        self._add(
            Entry(
                meeting_id=item.meeting_id,
                item_id=item.id,
                kind=kind,
                text=next(self.told),
                source_agency_id=next(self.agencies),
                visibility=visibility,
                author_id=self.author,
                written_at=utc_now(),
            )
        )

    def _agency(self) -> Agency:
        return db.session.get_one(Agency, next(self.agencies))

    def _add(self, row: object) -> None:
        db.session.add(row)
        db.session.flush()
