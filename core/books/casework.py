"""What they meet about: people, cases, who is who in them, past actions."""

from collections.abc import Sequence
from dataclasses import asdict

from core.actions.models import Action
from core.books import queries
from core.books.reading import Problem
from core.books.rows import ActionRow, CasePersonRow, CaseRow, PersonRow
from core.books.shelf import ELSEWHERE, Shelf, not_here
from core.cases.models import Case, CaseEvent, CaseGroup, CasePerson
from core.cases.queries import groups_hearing
from core.extensions import db
from core.facts import SYSTEM, ActionStatus, CaseStatus
from core.hate import operations as hate
from core.hate.queries import reports_of_cases
from core.partnerships.terms.queries import clocks_in
from core.people.adjustments.models import Adjustment, AskedBy
from core.people.adjustments.operations import certain_in
from core.people.history.keeping import Because, keep_person
from core.people.history.models import Why
from core.people.models import Person
from core.people.names import search_name, search_title
from core.people.operations import details_of
from core.people.protected.queries import protected_addresses
from core.standards import operations as standards
from core.standards.lists import PROMISED_TO

FROM_BOOKS = "Set by books that were imported."


class People(Shelf[PersonRow]):
    """people.csv: persons named in cases."""

    def fetch(self, rows: Sequence[PersonRow]) -> None:
        self._people = queries.people_by_ref(self.into.partnership_id, {row.ref for row in rows})
        self._protected = protected_addresses([person.id for person in self._people.values()]).keys()

    def objections(self, row: PersonRow) -> list[Problem]:
        return []

    def find(self, row: PersonRow) -> Person | None:
        return self._people.get(row.ref)

    def as_row(self, record: Person) -> PersonRow:
        return PersonRow(
            ref=record.ref,
            given_name=record.given_name,
            family_name=record.family_name,
            known_as=record.known_as,
            date_of_birth=record.date_of_birth,
            address=record.address,
            postcode=record.postcode,
            support_needs=record.support_needs,
            tenure=record.tenure,
        )

    def create(self, row: PersonRow) -> Person:
        person = Person(partnership_id=self.into.partnership_id, ref=row.ref)
        self._write(person, row)
        db.session.add(person)
        # The text stays as it stands: what it certainly asks for is shown to whoever plans contact, too.
        db.session.add_all(
            Adjustment(
                person=person,
                kind=kind,
                detail=detail,
                asked_by=AskedBy.UNKNOWN,
                since=self.into.on,
                recorded_at=self.into.now,
            )
            for kind, detail in certain_in(row.support_needs)
        )
        return person

    def amend(self, record: Person, row: PersonRow) -> None:
        before = asdict(details_of(record))
        self._write(record, row)
        because = Because(Why.CHANGED, FROM_BOOKS)
        keep_person(SYSTEM, record, before=before, after=asdict(details_of(record)), because=because, now=self.into.now)

    def _write(self, record: Person, row: PersonRow) -> None:
        record.given_name, record.family_name, record.known_as = row.given_name, row.family_name, row.known_as
        record.search_name = search_name(row.given_name, row.family_name, row.known_as)
        record.date_of_birth = row.date_of_birth
        if record.id not in self._protected:  # its address is read by named agencies alone, whatever the books say
            record.address, record.postcode = row.address, row.postcode
        record.support_needs, record.tenure = row.support_needs, row.tenure

    def persons(self, records: Sequence[Person]) -> set[int]:
        return {person.id for person in records}


class Cases(Shelf[CaseRow]):
    """cases.csv."""

    def fetch(self, rows: Sequence[CaseRow]) -> None:
        self._agencies = queries.agencies_by_key(self.into.partnership_id)
        self._keys = {agency.id: key for key, agency in self._agencies.items()}
        self._cases = queries.cases_by_ref(self.into.partnership_id, {row.ref for row in rows})
        known = {case.id for case in self._cases.values()}
        self._reports = reports_of_cases(known)
        self._hearing = groups_hearing(known)
        self._clocks = clocks_in(self.into.partnership_id)

    def objections(self, row: CaseRow) -> list[Problem]:
        if row.lead_agency in self._agencies:
            return []
        return [Problem("lead_agency", not_here("agency", row.lead_agency))]

    def find(self, row: CaseRow) -> Case | None:
        return self._cases.get(row.ref)

    def as_row(self, record: Case) -> CaseRow:
        return CaseRow(
            ref=record.ref,
            kind=record.kind,
            title=record.title,
            category=record.category,
            lead_agency=self._keys.get(record.lead_agency_id, ELSEWHERE),
            opened_on=record.opened_on,
            closed_on=record.closed_on,
            status=record.status,
            risk=record.risk,
            hate_incident=record.hate_incident,
            summary=record.summary,
            restricted=record.restricted,
        )

    def create(self, row: CaseRow) -> Case:
        case = Case(partnership_id=self.into.partnership_id, ref=row.ref)
        self._write(case, row)
        db.session.add(case)
        db.session.flush()
        self._queue_hate(case)
        self._note(case, "Taken over from the partnership's books")
        return case

    def amend(self, record: Case, row: CaseRow) -> None:
        was = record.status
        self._write(record, row)
        if (was is CaseStatus.CLOSED) != (record.status is CaseStatus.CLOSED):
            (standards.end_of_case if record.status is CaseStatus.CLOSED else standards.case_opened_again)(
                record, on=self.into.on
            )
        self._queue_hate(record)
        self._note(record, "Changed by a new import of the partnership's books")

    def _write(self, case: Case, row: CaseRow) -> None:
        case.kind, case.title, case.search_title = row.kind, row.title, search_title(row.title)
        case.category = row.category
        case.lead_agency_id = self._agencies[row.lead_agency].id
        case.opened_on, case.closed_on, case.status = row.opened_on, row.closed_on, row.status
        case.risk, case.hate_incident, case.restricted = row.risk, row.hate_incident, row.restricted
        case.summary = row.summary
        case.updated_at = self.into.now

    def _queue_hate(self, case: Case) -> None:
        """An open case that the books mark is reported, once; the import's record tells it."""
        report = self._reports.get(case.id)
        if case.hate_incident and report is None and case.status is not CaseStatus.CLOSED:
            self._reports[case.id] = hate.taken_over(case, within=self._seen_within(case), now=self.into.now)
        elif report is not None and not case.hate_incident:
            hate.taken_off(SYSTEM, self._reports.pop(case.id), reason=FROM_BOOKS, now=self.into.now)

    def _seen_within(self, case: Case) -> int:
        return min(clocks.hate_seen for clocks in self._clocks.of_each(self._hearing.get(case.id, ())))

    def _note(self, case: Case, text: str) -> None:
        db.session.add(CaseEvent(case_id=case.id, at=self.into.now, kind="imported", text=text))


class CasePeople(Shelf[CasePersonRow]):
    """case_people.csv: who is who in a case."""

    def fetch(self, rows: Sequence[CasePersonRow]) -> None:
        self._cases = queries.cases_by_ref(self.into.partnership_id, {row.case for row in rows})
        self._people = queries.people_kept_by_ref(self.into.partnership_id, {row.person for row in rows})
        self._asked: dict[int, str] = {}
        parts = queries.people_in_cases([case.id for case in self._cases.values()])
        self._parts = {(part.case_id, part.person_id, part.role): part for part in parts}
        self._planned = queries.planned_in_cases([case.id for case in self._cases.values()])
        # The partnership's own: which groups hear a case of the books is read with its actions, later.
        self._within = clocks_in(self.into.partnership_id).own.contact_begin

    def objections(self, row: CasePersonRow) -> list[Problem]:
        problems = []
        if row.case not in self._cases:
            problems.append(Problem("case", not_here("case", row.case)))
        if row.person not in self._people:
            problems.append(Problem("person", not_here("person", row.person)))
        return problems

    def find(self, row: CasePersonRow) -> CasePerson | None:
        part = self._parts.get((self._cases[row.case].id, self._people[row.person].id, row.role))
        if part is not None:
            self._asked[part.id] = row.person  # two references lead to one person whose records were merged
        return part

    def as_row(self, record: CasePerson) -> CasePersonRow:
        case = next(ref for ref, case in self._cases.items() if case.id == record.case_id)
        return CasePersonRow(case=case, person=self._asked[record.id], role=record.role)

    def create(self, row: CasePersonRow) -> CasePerson:
        case, person = self._cases[row.case], self._people[row.person]
        part = CasePerson(case_id=case.id, person_id=person.id, role=row.role)
        db.session.add(part)
        self._parts[(case.id, person.id, row.role)] = part
        self._promise(case, part)
        return part

    def amend(self, record: CasePerson, row: CasePersonRow) -> None:
        """The whole line is its key: another line is another record."""

    def _promise(self, case: Case, part: CasePerson) -> None:
        """Whoever complained or suffered is owed what is promised to everybody, from the day of the import."""
        key = (case.id, part.person_id)
        if part.role in PROMISED_TO and case.status is not CaseStatus.CLOSED and key not in self._planned:
            standards.add_plan(case, part.person_id, on=self.into.on, within=self._within)
            self._planned.add(key)

    def persons(self, records: Sequence[CasePerson]) -> set[int]:
        return {part.person_id for part in records}


class Actions(Shelf[ActionRow]):
    """actions.csv: what was agreed before. The group that agreed an action hears its case."""

    def fetch(self, rows: Sequence[ActionRow]) -> None:
        ours = self.into.partnership_id
        self._agencies = queries.agencies_by_key(ours)
        self._agency_keys = {agency.id: key for key, agency in self._agencies.items()}
        self._groups = queries.groups_by_key(ours)
        self._group_keys = {group.id: key for key, group in self._groups.items()}
        self._cases = queries.cases_by_ref(ours, {row.case for row in rows if row.case})
        self._actions = queries.actions_by_ref(ours, {row.ref for row in rows})
        case_ids = {action.case_id for action in self._actions.values() if action.case_id}
        self._case_refs = queries.case_refs(case_ids)
        links = queries.groups_of_cases([case.id for case in self._cases.values()])
        self._links = {(link.case_id, link.group_id): link for link in links}

    def objections(self, row: ActionRow) -> list[Problem]:
        problems = []
        if row.case and row.case not in self._cases:
            problems.append(Problem("case", not_here("case", row.case)))
        if row.group not in self._groups:
            problems.append(Problem("group", not_here("group", row.group)))
        if row.owner_agency not in self._agencies:
            problems.append(Problem("owner_agency", not_here("agency", row.owner_agency)))
        known = self.find(row)
        if known is not None and known.status is ActionStatus.STRUCK:
            problems.append(Problem("ref", f"{row.ref} was struck out in the record of its meeting."))
        return problems

    def find(self, row: ActionRow) -> Action | None:
        return self._actions.get(row.ref)

    def as_row(self, record: Action) -> ActionRow:
        return ActionRow(
            ref=record.ref,
            case=self._case_refs[record.case_id] if record.case_id else "",
            group=self._group_keys[record.group_id],
            agreed_on=record.agreed_on,
            action=record.text,
            owner_agency=self._agency_keys.get(record.owner_agency_id, ELSEWHERE),
            due_on=record.due_on,
            status=record.status,
            not_done_reason=record.not_done_reason,
            outcome=record.outcome,
        )

    def create(self, row: ActionRow) -> Action:
        action = Action(partnership_id=self.into.partnership_id, ref=row.ref)
        self.amend(action, row)
        db.session.add(action)
        return action

    def amend(self, record: Action, row: ActionRow) -> None:
        record.case_id = self._cases[row.case].id if row.case else None
        record.group_id = self._groups[row.group].id
        record.agreed_on, record.due_on, record.text = row.agreed_on, row.due_on, row.action
        record.owner_agency_id = self._agencies[row.owner_agency].id
        record.status, record.not_done_reason = row.status, row.not_done_reason
        record.outcome = row.outcome
        record.updated_at = self.into.now
        self._hear(record)

    def _hear(self, action: Action) -> None:
        if action.case_id is None:
            return
        link = self._links.get((action.case_id, action.group_id))
        if link is None:
            link = CaseGroup(case_id=action.case_id, group_id=action.group_id, since=action.agreed_on)
            db.session.add(link)
            self._links[(action.case_id, action.group_id)] = link
        if not link.basis:  # else it was heard here since, on grounds of that day
            link.since = min(link.since, action.agreed_on)
