"""Records of meetings for tests and benchmarks: invented, repeatable, as long as asked for."""

import random
from datetime import UTC, date, datetime, timedelta

from core.documents.record import AuditHead
from core.facts import (
    ActionStatus,
    Audience,
    EntryKind,
    ItemKind,
    ItemOutcome,
    MinutesStatus,
    Presence,
    Row,
    Visibility,
)
from core.meetings.agenda_document import AgendaLine, AgendaRecord
from core.meetings.pack.document import PackCase, PackPerson, PackProgress, PackReturn, ResearchPack
from core.minutes.record import (
    AgencyName,
    AttendanceLine,
    Hearer,
    MeetingRecord,
    Parties,
    RecordedAction,
    RecordedEntry,
    RecordedItem,
    RecordedReferral,
    RecordedSection,
)

WORDS = [
    "case",
    "review",
    "plan",
    "referral",
    "risk",
    "agency",
    "housing",
    "update",
    "school",
    "contact",
    "visit",
    "assessment",
    "safety",
    "victim",
    "support",
    "worker",
    "police",
    "health",
    "report",
    "follow",
    "meeting",
    "letter",
    "phone",
    "home",
    "child",
    "parent",
    "court",
    "order",
    "immediately",
    "provide",
    "arrange",
    "confirm",
]
AGENCIES = tuple(
    AgencyName(id=number, name=name)
    for number, name in enumerate(
        (
            "Northbridge Council, Community Safety",
            "Calder Constabulary",
            "Millfield Housing Association",
            "Northbridge Youth Justice Service",
            "Calder NHS Trust",
            "Harbour Mentoring",
            "Probation Service, Calder",
            "Fire and Rescue Service",
        ),
        start=1,
    )
)
PEOPLE = (
    "Amara Okafor",
    "Tomasz Wiśniewski",
    "Siân Llewellyn",
    "Zoë Brontë-Hughes",
    "محمد الأحمد",
    "Nguye\u0302\u0303n Thi\u0323 Hoa",  # decomposed accents
    "Priya Raman",
    "Leon Whitcombe",
    "Agnieszka Nowak",
    "Gareth Bevan",
    "Tamsin O’Reilly",
    "Martin Ashdown",
    "Shirin رضایی",
    "Dafydd Rhys",
    "Ingrid Sørensen",
    "Jürgen Weiß",
)
STARTS = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HEAD = AuditHead(seq=418, hash="9f2c" * 16)


def a_record(cases: int = 3, *, actions: int = 4, people: int = 14) -> MeetingRecord:
    """A meeting heard whole by everybody: `cases` case items between the standing ones, two texts to each."""
    pick = random.Random(7)
    attendance = tuple(
        AttendanceLine(
            user_id=number,
            name=PEOPLE[(number - 1) % len(PEOPLE)],
            agency_id=AGENCIES[(number - 1) % len(AGENCIES)].id,
            agency=AGENCIES[(number - 1) % len(AGENCIES)].name,
            presence=Presence.PRESENT,
            role={1: "chair", 2: "coordinator"}.get(number, ""),
            deputy_for="Chief Inspector Hall" if number == 10 else "",
            arrived_at=STARTS + timedelta(minutes=20) if number == 5 else None,
        )
        for number in range(1, people + 1)
    )
    here = tuple(
        Hearer(user_id=each.user_id, name=each.name, agency_id=each.agency_id, agency=each.agency)
        for each in attendance
    )
    opening = (
        "Welcome and confidentiality statement",
        "Declarations of interest",
        "Minutes of the last meeting",
    )
    standing = tuple(
        RecordedItem(
            id=1000 + number,
            number=number,
            kind=ItemKind.STANDING,
            title=title,
            heard_by=here,
            entries=(
                RecordedEntry(kind=EntryKind.DISCUSSION, text=_sentence(pick, 16), visibility=Visibility.EVERYONE),
            ),
            outcome=ItemOutcome.HEARD,
        )
        for number, title in enumerate(opening, start=1)
    )
    items = tuple(_case(pick, len(opening) + number, here, actions) for number in range(1, cases + 1))
    return MeetingRecord(
        partnership="Northbridge Community Safety Partnership",
        group="Riverside Community Sector Team",
        kind="Community Sector Team",
        title="",
        reference="M-2026-014",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2, minutes=30),
        venue="Committee room 2, Town Hall, Northbridge",
        chair=PEOPLE[0],
        minute_taker=PEOPLE[1],
        version=1,
        status=MinutesStatus.APPROVED,
        approved_by=PEOPLE[0],
        approved_at=STARTS + timedelta(days=6),
        quorum="Quorate: 8 of 11 member agencies",
        attendance=(
            *attendance,
            AttendanceLine(
                user_id=97,
                name="Helen Marsh",
                agency_id=9,
                agency="Victim Care Calder",
                presence=Presence.APOLOGIES,
                information_sent=True,
            ),
            AttendanceLine(user_id=98, name="Owen Pritchard", agency="Ambulance Service", presence=Presence.EXPECTED),
        ),
        items=(*standing, *items),
        next_meeting=STARTS + timedelta(days=35),
        audit_head=HEAD,
    )


def an_agenda(cases: int = 8) -> AgendaRecord:
    """A circulated agenda of standing items and cases, 12 minutes each."""
    pick = random.Random(11)
    opening = (
        "Welcome and confidentiality statement",
        "Apologies",
        "Declarations of interest",
        "Matters arising",
    )
    standing = tuple(
        AgendaLine(id=1000 + number, number=number, kind=ItemKind.STANDING, title=title, minutes_allotted=3)
        for number, title in enumerate(opening, start=1)
    )
    lines = tuple(
        AgendaLine(
            id=number,
            number=len(opening) + number,
            kind=ItemKind.CASE,
            title=_person(pick, number),
            case_id=number,
            case_ref=f"NB-2026-{number:04d}",
            presenter=pick.choice(AGENCIES).name,
            minutes_allotted=12,
            reason=_sentence(pick, 14),
            urgent=number % 9 == 0,
            times_carried=number % 7 == 0,
        )
        for number in range(1, cases + 1)
    )
    return AgendaRecord(
        partnership="Northbridge Community Safety Partnership",
        group="Riverside Community Sector Team",
        kind="Community Sector Team",
        title="",
        reference="M-2026-014",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2, minutes=30),
        venue="Committee room 2, Town Hall, Northbridge",
        chair=PEOPLE[0],
        coordinator=PEOPLE[1],
        version=2,
        circulated_at=STARTS - timedelta(days=12),
        research_due=date(2026, 2, 27),
        items=(*standing, *lines),
        audit_head=AuditHead(seq=201, hash="51ab" * 16),
    )


def a_pack(cases: int = 8, *, leads: bool = True) -> ResearchPack:
    """A research pack of so many cases, two people in each; of those who lead it holds every agency's returns."""
    pick = random.Random(13)
    due = date(2026, 2, 27)
    asked = AGENCIES if leads else AGENCIES[2:3]

    def answer(agency: AgencyName, number: int) -> PackReturn:
        if (agency.id + number) % 3 == 0:
            return PackReturn(agency=agency.name, due_on=due, overdue=True)
        nothing = (agency.id + number) % 3 == 1
        text = "" if nothing else _sentence(pick, 30)
        by, on = pick.choice(PEOPLE), date(2026, 2, 24)
        return PackReturn(agency=agency.name, due_on=due, answered_on=on, nothing_held=nothing, text=text, by=by)

    return ResearchPack(
        partnership="Northbridge Community Safety Partnership",
        group="Riverside Community Sector Team",
        title="",
        reference="M-2026-014",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2, minutes=30),
        venue="Committee room 2, Town Hall, Northbridge",
        leads=leads,
        made_for=PEOPLE[2],
        made_for_agency=AGENCIES[2].name,
        made_at=STARTS - timedelta(days=2),
        progress=tuple(
            PackProgress(agency=each.name, asked=cases, answered=cases - 1, waiting=("NB-2026-0001",))
            for each in asked
            if leads
        ),
        cases=tuple(
            PackCase(number=number + 4, ref=f"NB-2026-{number:04d}", closed=True)
            if number % 6 == 0
            else PackCase(
                number=number + 4,
                title=_person(pick, number),
                ref=f"NB-2026-{number:04d}",
                reason=_sentence(pick, 14),
                asks=_sentence(pick, 10) if number % 2 else "",
                people=tuple(
                    PackPerson(name=pick.choice(PEOPLE), role=role, born=date(2009, 5, number % 28 + 1))
                    for role in ("subject", "parent or carer")
                ),
                returns=tuple(answer(each, number) for each in asked),
            )
            for number in range(1, cases + 1)
        ),
        audit_head=HEAD,
    )


def _case(pick: random.Random, number: int, here: tuple[Hearer, ...], actions: int) -> RecordedItem:
    police, housing, youth, mentoring = AGENCIES[1], AGENCIES[2], AGENCIES[3], AGENCIES[5]
    referral = RecordedReferral(
        ref=f"R-2026-{number:03d}",
        pathway="Mentoring",
        parties=Parties(provider=mentoring, referrer=youth),
        rows=(
            Row(
                "Stage",
                "Home visit since 24 February 2026",
                frozenset({Audience.ATTENDEES, Audience.PROVIDER}),
            ),
            Row("Mentor", "Matched with a mentor of the scheme", frozenset({Audience.PROVIDER})),
        ),
    )
    section = RecordedSection(
        plugin="mentoring",
        title="Mentoring",
        parties=referral.parties,
        rows=(Row("Review due", "3 June 2026", frozenset({Audience.ATTENDEES})),),
    )
    return RecordedItem(
        id=number,
        number=number,
        kind=ItemKind.CASE,
        title=_person(pick, number),
        case_id=number,
        case_ref=f"NB-2026-{number:04d}",
        reason=_sentence(pick, 12),
        presenter=pick.choice(AGENCIES).name,
        minutes_allotted=12,
        heard_by=here,
        entries=(
            RecordedEntry(
                kind=EntryKind.INFORMATION,
                text=_sentence(pick, 45),
                source=police,
                visibility=Visibility.EVERYONE,
            ),
            RecordedEntry(
                kind=EntryKind.INFORMATION,
                text=_sentence(pick, 30),
                source=housing,
                visibility=Visibility.NAMED,
                named=(police, youth),
            ),
            RecordedEntry(kind=EntryKind.DISCUSSION, text=_sentence(pick, 45), visibility=Visibility.EVERYONE),
            RecordedEntry(kind=EntryKind.DECISION, text=_sentence(pick, 14), visibility=Visibility.EVERYONE),
        ),
        risk=pick.choice(("standard", "medium", "high")),
        outcome=ItemOutcome.HEARD,
        actions=tuple(
            RecordedAction(
                ref=f"A-2026-{number:03d}{letter}",
                text=_sentence(pick, 14),
                owner=pick.choice(AGENCIES),
                person=pick.choice(PEOPLE),
                due_on=date(2026, 3, 10) + timedelta(days=pick.randrange(60)),
                status=ActionStatus.OPEN,
            )
            for letter in "abcdefghijkl"[:actions]
        ),
        referrals=(referral,) if number % 5 == 0 else (),
        sections=(section,) if number % 5 == 0 else (),
    )


def _sentence(pick: random.Random, words: int) -> str:
    return " ".join(pick.choice(WORDS) for _ in range(words)).capitalize() + "."


def _person(pick: random.Random, number: int) -> str:
    return f"{pick.choice(PEOPLE)} (household {number})"
