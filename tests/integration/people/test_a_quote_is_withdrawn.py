"""A correction that quotes what was given in a complaint goes no further than that does today."""

import pytest
from sqlalchemy import delete, select

from core.accounts.queries import actor_as_of
from core.clock import utc_now
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import (
    CorrectionStatus,
    EntryKind,
    ItemKind,
    ItemOutcome,
    MeetingStatus,
    MinutesStatus,
    PersonRole,
    Visibility,
)
from core.minutes.corrections.operations import keep_readers
from core.minutes.corrections.queries import seen_by
from core.minutes.models import Correction, Minutes
from core.minutes.record import AgencyName, Hearer, MeetingRecord, RecordedEntry, RecordedItem
from core.policy.correcting import corrections_read_by, read_correction
from core.recording.models import Entry, EntryAgency
from tests.builders import a_case, a_meeting, a_user, an_agency, today

QUOTED = "She heard shouting at night"


@pytest.fixture
def corrected(partners):
    """Minutes with what a complaint told the police, agreed to for Mere Homes; a correction quotes it."""
    homes = an_agency(partners.partnership, "Mere Homes")
    member = a_user(homes, "Hal Homes", group=partners.group)
    case = a_case(partners.partnership, partners.council, title="Mill Lane", group=partners.group)
    meeting = a_meeting(partners.group, status=MeetingStatus.CLOSED, cases=[case])
    item = meeting.items[0]
    entry = Entry(
        meeting_id=meeting.id, item_id=item.id, kind=EntryKind.INFORMATION, text=QUOTED,
        source_agency_id=partners.police.id, visibility=Visibility.AGREED, author_id=partners.constable.id,
        written_at=utc_now(),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        [
            EntryAgency(entry_id=entry.id, agency_id=homes.id),
            ComplaintConsent(
                case_id=case.id, entry_id=entry.id, agency_id=partners.police.id, provider=PersonRole.COMPLAINANT,
                answer=Answer.GIVEN, scope=Scope.AGENCIES, recorded_at=utc_now(), recorded_by_id=partners.constable.id,
            ),
        ]
    )  # fmt: skip
    here = tuple(
        Hearer(user_id=each.id, name=each.name, agency_id=each.agency_id, agency="")
        for each in (member, partners.constable, partners.chair)
    )
    record = MeetingRecord(
        partnership="Northbridge", group="CST", kind="CST", title="", reference=meeting.ref,
        starts_at=meeting.starts_at, ends_at=meeting.ends_at, status=MinutesStatus.APPROVED,
        items=(
            RecordedItem(
                id=item.id, number=1, kind=ItemKind.CASE, title=case.title, case_id=case.id, case_ref=case.ref,
                outcome=ItemOutcome.HEARD, heard_by=here,
                entries=(
                    RecordedEntry(
                        id=entry.id, kind=EntryKind.INFORMATION, text=QUOTED, visibility=Visibility.AGREED,
                        source=AgencyName(id=partners.police.id, name="Police"),
                        named=(AgencyName(id=homes.id, name="Homes"),),
                    ),
                ),
            ),
        ),
    )  # fmt: skip
    minutes = Minutes(
        meeting_id=meeting.id, composed_at=utc_now(), composed_by_id=partners.chair.id, status=MinutesStatus.APPROVED,
        approved_at=utc_now(), record=record.to_plain(), record_sha256=record.sha256(),
    )  # fmt: skip
    db.session.add(minutes)
    db.session.flush()
    correction = Correction(
        minutes_id=minutes.id, item_id=item.id, passage=QUOTED, proposed="She heard music at night", reason="Misheard",
        proposed_at=utc_now(), proposed_by_id=partners.constable.id, agency_id=partners.police.id,
        status=CorrectionStatus.PROPOSED,
    )  # fmt: skip
    db.session.add(correction)
    db.session.flush()
    keep_readers(correction)
    db.session.commit()
    return correction, entry, member


def reads(user, partners, correction):
    actor = actor_as_of(user.id, partners.partnership.id, on=today())
    page = bool(read_correction(actor, seen_by(actor, correction)))
    listed = db.session.scalar(select(Correction.id).where(Correction.id == correction.id, corrections_read_by(actor)))
    return page, listed is not None


def test_whom_the_words_were_withdrawn_from_reads_no_correction_of_them(partners, corrected):
    correction, entry, member = corrected
    assert reads(member, partners, correction) == (True, True)
    db.session.execute(delete(EntryAgency).where(EntryAgency.entry_id == entry.id))
    db.session.commit()
    assert reads(member, partners, correction) == (False, False)
    assert reads(partners.constable, partners, correction) == (True, True), "its source keeps its own"
