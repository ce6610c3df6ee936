"""One of everything that an address can name, in each state that a page needs it in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import delete, func, select

from core.accounts.models import User, UserSession
from core.accounts.operations import sign_in
from core.accounts.queries import actor_as_of
from core.actions.models import Action
from core.cases.models import Case, CaseAgency, CaseIncident, CasePerson
from core.circulation.actions_out.operations import send_actions
from core.circulation.extracts.operations import send_extracts
from core.circulation.grants import Grantee, grant_items
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.operations import circulate_minutes
from core.clock import utc_now
from core.extensions import db
from core.facts import (
    Actor,
    CirculationKind,
    CorrectionStatus,
    EntryKind,
    ItemKind,
    ItemOutcome,
    MailState,
    MeetingStatus,
    NominationStatus,
    PersonRole,
    Presence,
    ProviderStatus,
    Visibility,
)
from core.meetings.circulated.operations import circulate as circulate_agenda
from core.meetings.models import AgendaItem, Meeting, Nomination, Research, Series
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.meetings.schedule import Frequency, Rule, Weekday
from core.minutes import operations as minutes
from core.minutes.access.operations import begin
from core.minutes.access.queries import about_person
from core.minutes.comments.operations import comment, settle
from core.minutes.corrections.operations import keep_readers
from core.minutes.models import Correction, Minutes
from core.minutes.wording.operations import word_entry
from core.minutes.wording.queries import version_of_words
from core.partnerships.models import Agency, Group, GroupMember, Partnership, Provider, ProviderStaff, Signature
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy.composing import CommentInMinutes, EntryInMinutes, InMinutes
from core.recording.models import Attendance, Entry, EntryAgency, ItemAttendance, Recusal
from core.referrals import operations as referrals
from core.referrals.models import Referral
from core.referrals.queries import case_to_refer_from
from core.standards.lists import ContactWay, SupportAnswer, UpdateInterval
from core.standards.lists import EntryKind as LogKind
from core.standards.models import ComplaintRoute, ContactEntry, ContactPlan
from core.subject_access.models import AccessRequest
from plugins.mentoring.models import Mentor
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from plugins.victim_support.contact import Way
from plugins.victim_support.payload import SupportPayload
from tests.builders import a_case, a_meeting, a_person, a_provider, an_action, an_item, today
from tests.integration.matrix.helping import helped
from tests.integration.matrix.mediating import mediated

Ids = dict[str, int | str]
T = TypeVar("T")

IN_THE_ROOM = ("member", "chair", "coordinator", "observer", "recused")
"""Those who accepted the confidentiality statement. The others of the group may not."""


@dataclass
class Table:
    """A partnership, its group and people, and the word that everything of its main case carries."""

    partnership: Partnership
    group: Group
    agencies: SimpleNamespace
    users: dict[str, User]
    words: dict[str, str]

    def actor(self, name: str) -> Actor:
        """The person as of today, for an operation."""
        return actor_as_of(self.users[name].id, self.partnership.id, on=today())


def another_session(user: User) -> int:
    """A second browser of theirs."""
    sign_in(user.id, now=utc_now())
    found = db.session.scalars(select(UserSession.id).where(UserSession.user_id == user.id)).all()
    return max(found)


def main_case(table: Table) -> Ids:
    """A case that the council leads, heard by the group and open to the school, with what hangs on it."""
    word, users, agencies = table.words["case"], table.users, table.agencies
    person = a_person(table.partnership, "Isolde", word, born=today() - timedelta(days=365 * 15))
    person.address, person.support_needs = f"1 {word} Road", f"{word} needs an interpreter"
    case = a_case(table.partnership, agencies.council, title=f"Isolde {word}", group=table.group, subject=person)
    case.summary = f"{word} was seen."
    add(CaseAgency(case_id=case.id, agency_id=agencies.school.id, basis="Consent", purpose=word, since=today()))
    victim = a_person(table.partnership, "Celia", table.words["victim"])
    add(CasePerson(case_id=case.id, person_id=victim.id, role=PersonRole.VICTIM))
    _sheltered(table, victim)
    incident = add(
        CaseIncident(case_id=case.id, happened_on=today(), what=f"{word} shouted", reported_to_id=agencies.police.id)
    )
    action = an_action(case, table.group, agencies.police, text=f"Visit {word}")
    scheme = a_provider(table.partnership, agencies.mentors, "mentoring")
    mentor = add(
        Mentor(
            provider_id=scheme.id,
            partnership_id=table.partnership.id,
            agency_id=agencies.mentors.id,
            name=f"{table.words['staff']} Mentor",
            training_hours=20,
            certificate_until=today(),
            check_until=today(),
            capacity=1,
        )
    )
    db.session.expire_all()
    referral = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=scheme,
        payload=MentoringPayload(Behaviour.LIKELY, one_to_one_safe=True, on_abc=False, need=table.words["staff"]),
        now=utc_now(),
    )
    own_provider = a_provider(table.partnership, agencies.police, "mentoring", ProviderStatus.REGISTERED)
    # One of the agency's people is not on the list yet.
    db.session.execute(delete(ProviderStaff).where(ProviderStaff.user_id == users["recused"].id))
    return {
        **_supported(table, case, person),
        **mediated(table, case, person),
        **helped(table, case, person),
        **_promised(table, case, victim),
        "case_id": case.id,
        "person_id": person.id,
        "incident_id": incident.id,
        "part_id": scalar(select(CasePerson.id).where(CasePerson.person_id == person.id)),
        "action_id": action.id,
        "provider_id": scheme.id,
        "mentor_id": mentor.id,
        "referral_id": referral.id,
        "user_id": users["member"].id,
        "school_id": agencies.school.id,
        "own_provider_id": own_provider.id,
        "staff_id": scalar(select(func.max(ProviderStaff.id)).where(ProviderStaff.provider_id == own_provider.id)),
    }


def _sheltered(table: Table, victim: Person) -> None:
    """The victim's address is protected: it is for the council alone."""
    add(
        ProtectedAddress(
            person_id=victim.id,
            partnership_id=table.partnership.id,
            address=f"14 {table.words['shelter']} Lane",
            postcode="",
            changed_at=utc_now(),
            changed_by_id=table.users["coordinator"].id,
            readers=[AddressReader(agency_id=table.agencies.council.id)],
        )
    )


def _promised(table: Table, case: Case, victim: Person) -> Ids:
    """Somebody whom the council keeps informed, and has not of late: number and words are for the council alone."""
    for agency_id in (None, table.agencies.police.id):
        add(ComplaintRoute(partnership_id=table.partnership.id, agency_id=agency_id, words="Ask for the manager"))
    plan = add(
        ContactPlan(
            case_id=case.id,
            person_id=victim.id,
            due_on=today() - timedelta(days=1),
            agreed_on=today() - timedelta(days=8),
            agency_id=table.agencies.council.id,
            contact_name="Cody Coordinator",
            contact_details="01632 960100",
            way=ContactWay.PHONE,
            interval=UpdateInterval.WEEK,
            reach=f"01632 960177, ask for {table.words['reach']}",
            instruction="After six",
            support_offered_on=today(),
            support_by="Cody Coordinator",
            support_what="A service",
            support_answer=SupportAnswer.ACCEPTED,
            complaint_given_on=today(),
            complaint_by="Cody Coordinator",
            complaint_text="Ask for the manager",
        )
    )
    entry = add(
        ContactEntry(
            plan_id=plan.id,
            made_on=today(),
            kind=LogKind.NOT_REACHED,
            way=ContactWay.PHONE,
            by="Cody Coordinator",
            said=f"Left word with {table.words['reach']}",
            recorded_at=utc_now(),
            recorded_by_id=table.users["coordinator"].id,
            agency_id=table.agencies.council.id,
        )
    )
    return {"victim_id": victim.id, "contact_id": entry.id}


def _supported(table: Table, case: Case, person: Person) -> Ids:
    """The same person, who is a witness, too, and is referred for support: with a number for the service alone."""
    add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.WITNESS))
    service = a_provider(table.partnership, table.agencies.mentors, "victim_support")
    db.session.expire_all()
    payload = SupportPayload(
        way=Way.PHONE,
        instruction="After six",
        reach=f"01632 960199, ask for {table.words['staff']}",
        harm="asb",
        consented_by="themselves",
        consented_on=today(),
        wanted=f"{table.words['staff']} wants to sleep",
    )
    made = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=service,
        payload=payload,
        now=utc_now(),
    )
    return {"support_provider_id": service.id, "supported_id": made.id}


def before_the_meeting(table: Table, ids: Ids) -> Ids:
    """A scheduled meeting whose agenda has gone out, a nomination that waits, a return of the police, a series."""
    word, users, agencies = table.words["case"], table.users, table.agencies
    meeting = a_meeting(table.group, cases=[get(Case, ids["case_id"])])
    item = meeting.items[0]
    item.reason = f"{word} again"
    if "secret_id" in ids:
        an_item(meeting, get(Case, ids["secret_id"]), position=2).reason = table.words["secret"]
    place = an_item(meeting, None, position=3, heading="Station Approach")
    place.kind, place.reason = ItemKind.LOCATION, table.words["place"]
    db.session.flush()
    circulate_agenda(table.actor("coordinator"), meeting=meeting, version=meeting.version, now=utc_now())
    research = db.session.scalars(
        select(Research).where(Research.item_id == item.id, Research.agency_id == agencies.police.id)
    ).one()
    research.text, research.answered_at, research.answered_by_id = (
        table.words["return"],
        utc_now(),
        users["member"].id,
    )
    nominated = a_case(table.partnership, agencies.police, title=f"Otto {table.words['nominated']}")
    nomination = add(
        Nomination(
            meeting_id=meeting.id,
            case_id=nominated.id,
            agency_id=agencies.police.id,
            made_by_id=users["member"].id,
            made_at=utc_now(),
            reason=table.words["nomination"],
            asks=table.words["nomination"],
            status=NominationStatus.PROPOSED,
        )
    )
    series = add(
        Series(
            group_id=table.group.id,
            rule=Rule(Frequency.MONTHLY, Weekday.TUESDAY, start=today(), nth=1).to_json(),
            starts=utc_now().time().replace(microsecond=0),
            length_minutes=120,
        )
    )
    member = select(GroupMember.id).where(GroupMember.group_id == table.group.id)
    return {
        "meeting_id": meeting.id,
        "item_id": item.id,
        "number": 1,
        "spare_id": a_case(table.partnership, agencies.council, title="A spare case", group=table.group).id,
        "nomination_id": nomination.id,
        "research_id": research.id,
        "series_id": series.id,
        "group_id": table.group.id,
        "member_id": scalar(member.where(GroupMember.user_id == users["member"].id)),
        "agency_id": agencies.police.id,
        **_copies(table, meeting, CirculationKind.AGENDA, "agenda copy"),
        "signature_id": scalar(select(Signature.id).where(Signature.agency_id == agencies.police.id)),
    }


def in_session(table: Table, ids: Ids) -> Ids:
    """A meeting that is being held, with everybody of the group in the room who may be."""
    meeting = a_meeting(table.group, starts_at=utc_now(), status=MeetingStatus.IN_SESSION)
    item, entry, lines = _held(table, meeting, ids)
    meeting.current_item_id, meeting.opened_at = item.id, utc_now()
    recusal = add(
        Recusal(
            item_id=item.id,
            case_id=ids["case_id"],
            user_id=table.users["recused"].id,
            reason="A cousin",
            declared_at=utc_now(),
        )
    )
    return {
        "meeting_id": meeting.id,
        "item_id": item.id,
        "entry_id": entry.id,
        "line_id": lines["member"].id,
        "recusal_id": recusal.id,
        "standing_id": next(each.id for each in meeting.items if each.kind is ItemKind.STANDING),
        "kind": "information",
    }


def closed(table: Table, ids: Ids, *, days_ago: int) -> Meeting:
    """A meeting that was held, and what was recorded at it."""
    meeting = a_meeting(table.group, starts_at=utc_now() - timedelta(days=days_ago), status=MeetingStatus.CLOSED)
    meeting.opened_at, meeting.closed_at = meeting.starts_at, meeting.ends_at
    item, _, lines = _held(table, meeting, ids)
    item.outcome, item.outcome_reason = ItemOutcome.HEARD, table.words["case"]
    for each in meeting.items:
        each.outcome = ItemOutcome.HEARD
        for name in IN_THE_ROOM:
            if name != "recused":
                add(ItemAttendance(item_id=each.id, attendance_id=lines[name].id))
    an_action(get(Case, ids["case_id"]), table.group, table.agencies.police, text=table.words["case"], item=item)
    return meeting


def with_the_chair(table: Table, ids: Ids) -> Ids:
    """A closed meeting whose minutes the chair is to approve."""
    meeting = closed(table, ids, days_ago=7)
    made = minutes.compose(table.actor("coordinator"), meeting, now=utc_now())
    minutes.submit(table.actor("coordinator"), made, now=utc_now())
    agreed = db.session.scalars(select(Action).where(Action.meeting_id == meeting.id)).one()
    return {"meeting_id": meeting.id, "item_id": meeting.items[0].id, "action_id": agreed.id}


def sent_back(table: Table, ids: Ids) -> Ids:
    """A closed meeting whose minutes were worded anew, commented on and sent back; one comment is settled already."""
    meeting = closed(table, ids, days_ago=35)
    coordinator, chair = table.actor("coordinator"), table.actor("chair")
    made = minutes.compose(coordinator, meeting, now=utc_now())
    db.session.flush()
    item = meeting.items[0]
    here = InMinutes(made, item, heard=True)
    entry = db.session.scalars(
        select(Entry).where(Entry.item_id == item.id, Entry.visibility == Visibility.EVERYONE).order_by(Entry.id)
    ).first()
    assert entry is not None
    words = f"It was said that {table.words['case']} came"
    word_entry(
        coordinator, EntryInMinutes(here, entry), version=version_of_words(entry, None), text=words, now=utc_now()
    )
    minutes.submit(coordinator, made, now=utc_now())
    said = comment(chair, here, text=f"When did {table.words['case']} come?", now=utc_now())
    minutes.send_back(chair, made, comment="", now=utc_now())
    settle(coordinator, CommentInMinutes(here, said), version=said.version, note="At nine", now=utc_now())
    return {"meeting_id": meeting.id, "item_id": item.id, "entry_id": entry.id, "comment_id": said.id}


def sent(table: Table, ids: Ids) -> Ids:
    """A closed meeting whose minutes were approved and went out; and the copies that people hold."""
    meeting = closed(table, ids, days_ago=14)
    referral = get(Referral, ids["referral_id"])
    referral.item_id, referral.opened_at = meeting.items[0].id, meeting.starts_at
    for move in referral.moves:
        move.at = meeting.starts_at
    made = minutes.compose(table.actor("coordinator"), meeting, now=utc_now())
    minutes.submit(table.actor("coordinator"), made, now=utc_now())
    db.session.commit()  # the document witnesses the trail as it stands
    fair = minutes.fair_copy(table.actor("chair"), made, now=utc_now())
    minutes.approve(table.actor("chair"), made, fair, now=utc_now())
    db.session.flush()
    readers = [table.users[name].id for name in ("member", "chair", "observer")]
    circulation = circulate_minutes(table.actor("coordinator"), made, readers=readers, now=utc_now())
    # Sent while their agencies had signed, and before they declared an interest.
    for name in ("unsigned", "lapsed", "not countersigned", "left", "recused"):
        add(Copy(circulation_id=circulation.id, user_id=table.users[name].id))
    to_provider = send_extracts(
        table.actor("coordinator"), made, readers=[table.users["provider"].id], now=utc_now()
    ).copies[0]
    absent = table.users["unsigned"]
    [granted] = grant_items(
        table.actor("chair"),
        made,
        items=[meeting.items[0].id],
        to=Grantee(user_id=absent.id),
        reason="They know the street",
        now=utc_now(),
    )
    db.session.flush()
    send_actions(table.actor("coordinator"), meeting=meeting, now=utc_now())
    theirs = select(Copy).where(Copy.circulation_id == circulation.id, Copy.user_id == table.users["member"].id)
    db.session.scalars(theirs).one().password = "of-the-attached-file"
    failed, gone = db.session.scalars(select(Mail).where(Mail.meeting_id == meeting.id).order_by(Mail.id)).all()[:2]
    failed.state = MailState.FAILED
    gone.state, gone.sent_at = MailState.SENT, utc_now() - timedelta(days=10)
    return {
        "meeting_id": meeting.id,
        "item_id": meeting.items[0].id,
        "mail_id": failed.id,
        "correction_id": _corrections(table, made),
        **_access(table, made, ids),
        **_copies(table, meeting, CirculationKind.MINUTES, "copy"),
        "copy of provider": to_provider.id,
        "reader_id": absent.id,
        "grant_id": granted.id,
        "at_provider_id": table.users["provider"].id,
        **_copies(table, meeting, CirculationKind.ACTIONS, "actions copy"),
    }


def _access(table: Table, made: Minutes, ids: Ids) -> Ids:
    """A subject-access copy that is not issued yet, for whom the main case is about."""
    about = about_person(made, ids["person_id"])
    assert about is not None
    copy = begin(table.actor("coordinator"), about, asked_on=today(), now=utc_now())
    return {"access_id": copy.id, "mask_id": copy.masks[0].id}


def _corrections(table: Table, made: Minutes) -> int:
    """What a member proposed for these minutes; and of their attendance, what a later meeting agreed already."""
    later = a_meeting(table.group, starts_at=utc_now() - timedelta(days=10), status=MeetingStatus.CLOSED)
    under = an_item(later, None, heading=MINUTES_OF_THE_LAST_MEETING)
    member = table.users["member"]
    proposal = {
        "minutes_id": made.id,
        "proposed": f"{table.words['case']} was seen twice",
        "reason": "The log says so",
        "proposed_at": utc_now(),
        "proposed_by_id": member.id,
        "agency_id": member.agency_id,
    }
    waiting = add(Correction(item_id=made.meeting.items[0].id, passage=table.words["case"], **proposal))
    keep_readers(waiting)
    agreed = {"status": CorrectionStatus.AGREED, "decided_at": utc_now(), "decided_by_id": table.users["chair"].id}
    for item_id, said in ((None, "Mo Member came late"), *_of_the_restricted(table, made)):
        corrected = proposal | agreed | {"proposed": said, "reason": said}
        keep_readers(
            add(Correction(item_id=item_id, decided_item_id=under.id, document_id=made.document_id, **corrected))
        )
    return waiting.id


def _of_the_restricted(table: Table, made: Minutes) -> Iterator[tuple[int, str]]:
    """The item about the restricted case, and what was wrong in it."""
    for item in made.meeting.items:
        if item.case is not None and item.case.restricted:
            yield item.id, f"{table.words['secret']} moved again"


def _copies(table: Table, meeting: Meeting, kind: CirculationKind, called: str) -> Ids:
    """Everybody's copy of what was sent about a meeting; the member's is the one that addresses name."""
    rows = db.session.execute(
        select(Copy.user_id, Copy.id)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Circulation.meeting_id == meeting.id, Circulation.kind == kind)
    ).all()
    names = {user.id: name for name, user in table.users.items()}
    of: Ids = {f"{called} of {names[user_id]}": copy_id for user_id, copy_id in rows}
    return {f"{called.replace(' ', '_')}_id": of[f"{called} of member"], **of}


def restricted_case(table: Table) -> Ids:
    """A case that the group hears and of which its members may see the reference alone."""
    word = table.words["secret"]
    person = a_person(table.partnership, "Rosalind", word)
    case = a_case(
        table.partnership,
        table.agencies.council,
        title=f"Rosalind {word}",
        group=table.group,
        subject=person,
        restricted=True,
    )
    case.summary = f"{word} moved to a refuge."
    action = an_action(case, table.group, table.agencies.council, text=f"Telephone {word}")
    return {"case_id": case.id, "person_id": person.id, "action_id": action.id}


def _held(table: Table, meeting: Meeting, ids: Ids) -> tuple[AgendaItem, Entry, dict[str, Attendance]]:
    """The main case, the restricted one and a standing item, with what was said about them, and who was there."""
    word, agencies = table.words["case"], table.agencies
    item = an_item(meeting, get(Case, ids["case_id"]))
    item.reason = word
    entry = _said(table, item, f"{word} followed {table.words['victim']}")
    _said(table, item, table.words["chair"], Visibility.CHAIR)
    _said(table, item, table.words["named"], Visibility.NAMED, agencies.youth)
    _said(table, item, word, kind=EntryKind.DECISION)
    if "secret_id" in ids:
        secret = an_item(meeting, get(Case, ids["secret_id"]), position=2)
        _said(table, secret, table.words["secret"])
    an_item(meeting, None, position=3, heading="Any other business")
    meeting.chair_id, meeting.minute_taker_id = table.users["chair"].id, table.users["coordinator"].id
    return item, entry, {name: _line(meeting, table.users[name], when=utc_now()) for name in IN_THE_ROOM}


def _said(
    table: Table,
    item: AgendaItem,
    text: str,
    visibility: Visibility = Visibility.EVERYONE,
    named: Agency | None = None,
    kind: EntryKind = EntryKind.INFORMATION,
) -> Entry:
    return add(
        Entry(
            meeting_id=item.meeting_id,
            item_id=item.id,
            kind=kind,
            text=text,
            source_agency_id=table.agencies.police.id if kind is EntryKind.INFORMATION else None,
            visibility=visibility,
            named_agencies=[EntryAgency(agency_id=named.id)] if named is not None else [],
            author_id=table.users["member"].id,
            written_at=utc_now(),
        )
    )


def _line(meeting: Meeting, user: User, *, when: datetime) -> Attendance:
    assert user.agency is not None
    return add(
        Attendance(
            meeting_id=meeting.id,
            user_id=user.id,
            name=user.name,
            agency_id=user.agency_id,
            agency_name=user.agency.name,
            presence=Presence.PRESENT,
            accepted_at=when,
            arrived_at=when,
        )
    )


def marks() -> dict[tuple[str, int | str], tuple[str, ...]]:
    """(name of an id, id) -> references and names, one of which a page about that thing carries."""
    found: dict[tuple[str, int | str], tuple[str, ...]] = {}
    for name, kind, of in _MARKS:
        found |= {(name, row.id): of(row) for row in db.session.scalars(select(kind))}
    return found


_MARKS: tuple[tuple[str, Any, Callable[[Any], tuple[str, ...]]], ...] = (
    ("action_id", Action, lambda row: (row.ref,)),
    ("referral_id", Referral, lambda row: (row.ref,)),
    ("mentor_id", Mentor, lambda row: (row.name,)),
    ("line_id", Attendance, lambda row: (row.name,)),
    ("person_id", Person, lambda row: (row.name,)),
    ("case_id", Case, lambda row: (row.ref, row.title)),
    ("user_id", User, lambda row: (row.name,)),
    ("member_id", GroupMember, lambda row: (get(User, row.user_id).name,)),
    ("provider_id", Provider, lambda row: (row.agency.name,)),
    ("agency_id", Agency, lambda row: (row.name,)),
    ("nomination_id", Nomination, lambda row: (row.case.ref,)),
    ("item_id", AgendaItem, lambda row: (row.case.ref, row.case.title) if row.case is not None else (row.heading,)),
    ("request_id", AccessRequest, lambda row: (row.ref,)),
    ("series_id", Series, lambda row: (row.group.name,)),
    ("group_id", Group, lambda row: (row.name,)),
    ("meeting_id", Meeting, lambda row: (row.ref, row.group.name)),
)


def get(kind: type[T], row_id: Any) -> T:
    """That row."""
    return db.session.get_one(kind, row_id)


def scalar(query: Any) -> int:
    """The first row's only column."""
    found = db.session.scalars(query).first()
    assert found is not None
    return int(found)


def add(row: T) -> T:
    """Add and flush it."""
    db.session.add(row)
    db.session.flush()
    return row
