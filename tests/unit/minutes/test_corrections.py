"""Corrections in the record: who may have one, and for whom the words that it quotes are."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents.record import Reader
from core.facts import Audience, EntryKind, ItemKind, ItemOutcome, Row, Visibility
from core.minutes.corrections import recorded as rules
from core.minutes.corrections.passages import EVERYBODY, ForWhom, for_whom, is_of_a_referral
from core.minutes.corrections.recorded import CorrectionNote, RecordedCorrection
from core.minutes.moves import RecordedMove
from core.minutes.record import AgencyName, MeetingRecord, Parties, RecordedEntry, RecordedItem, RecordedReferral
from core.minutes.render import minutes_html
from tests.records import a_record

POLICE, HOMES = AgencyName(id=1, name="Constabulary"), AgencyName(id=2, name="Homes")
HERE, AWAY, CASE, ITEM = 1, 9, 7, 40


def a_correction(**other: object) -> RecordedCorrection:
    """Of an item that account 1 heard and account 2 kept out of."""
    facts: dict[str, object] = {
        "id": 1,
        "meeting_id": 5,
        "reference": "M-2026-013",
        "held_on": date(2026, 2, 3),
        "sha256": "ab" * 32,
        "item_id": ITEM,
        "item_number": 4,
        "case_id": CASE,
        "case_ref": "NB-7",
        "heard_by": frozenset({HERE}),
        "recused": frozenset({2}),
        "proposed_by": "Aisha Rafiq, Constabulary",
        "was": "<was>",
        "now": "<now>",
        "why": "<why>",
        "agreed": True,
        "note": "<note>",
    }
    return RecordedCorrection(**{**facts, **other})


def a_reader(**rights: object) -> Reader:
    return Reader(**{"user_id": HERE, "agency_id": 3, "signatory": True, **rights})


@pytest.mark.parametrize(
    ("correction", "rights", "reason"),
    [
        ({}, {}, ""),
        ({}, {"user_id": AWAY}, rules.NOT_PRESENT_THEN),
        ({}, {"user_id": AWAY, "is_chair_or_coordinator": True}, ""),
        ({}, {"user_id": AWAY, "granted_items": frozenset({ITEM})}, ""),
        ({}, {"recused_cases": frozenset({CASE})}, rules.RECUSED_THEN),
        ({}, {"recused_cases": frozenset({CASE}), "is_chair_or_coordinator": True}, rules.RECUSED_THEN),
        ({"recused": frozenset({HERE})}, {"is_chair_or_coordinator": True}, rules.RECUSED_THEN),
        ({}, {"signatory": False}, rules.NOT_A_SIGNATORY_NOW),
        ({"restricted": True}, {}, rules.RESTRICTED_THEN),
        ({"restricted": True}, {"open_cases": frozenset({CASE})}, ""),
        ({}, {"restricted_cases": frozenset({CASE})}, rules.RESTRICTED_THEN),
        ({"visibility": Visibility.CHAIR, "source_id": 1}, {}, rules.WORDS_NOT_THEIRS),
        ({"visibility": Visibility.CHAIR, "source_id": 1}, {"agency_id": 1}, ""),
        ({"visibility": Visibility.CHAIR, "source_id": 1}, {"is_chair_or_coordinator": True}, ""),
        ({"visibility": Visibility.NAMED, "named": frozenset({3})}, {}, ""),
        ({"visibility": Visibility.NAMED, "named": frozenset({4})}, {}, rules.WORDS_NOT_THEIRS),
    ],
)
def test_a_correction_is_for_whom_the_item_is_that_it_corrects(correction, rights, reason) -> None:
    assert a_correction(**correction).closed_to(a_reader(**rights)) == reason


def under(record: MeetingRecord, *corrections: RecordedCorrection) -> MeetingRecord:
    """The record with these under its third item, "Minutes of the last meeting", which everybody heard."""
    items = [replace(each, corrections=corrections) if each.number == 3 else each for each in record.items]
    return replace(record, items=tuple(items))


few = st.frozensets(st.integers(1, 3), max_size=2)


@given(
    st.lists(
        st.builds(
            a_correction,
            case_id=st.none() | st.integers(1, 2),
            item_id=st.none() | st.integers(40, 41),
            restricted=st.booleans(),
            heard_by=few,
            recused=few,
            visibility=st.sampled_from(Visibility),
            source_id=st.none() | st.integers(1, 2),
            named=few,
        ),
        max_size=3,
    ),
    st.builds(
        Reader,
        user_id=st.integers(1, 3),
        agency_id=st.none() | st.integers(1, 2),
        is_chair_or_coordinator=st.booleans(),
        signatory=st.booleans(),
        granted_items=st.frozensets(st.integers(40, 41), max_size=1),
        open_cases=few,
        recused_cases=st.frozensets(st.integers(1, 2), max_size=1),
        restricted_cases=few,
    ),
)
def test_a_readers_part_holds_no_correction_outside_their_rights(drawn, reader) -> None:
    corrections = [replace(each, id=n, was=f"<was {n}>", now=f"<now {n}>") for n, each in enumerate(drawn)]
    record = under(a_record(1), *corrections)
    part = record.only(reader).to_json()
    explained = [each.why for each in record.left_out(reader) if each.what == "A correction of M-2026-013"]
    for each in corrections:
        leads = reader.is_chair_or_coordinator
        item = leads or reader.user_id in each.heard_by or (each.item_id or 0) in reader.granted_items
        recused = reader.user_id in each.recused or (each.case_id is not None and each.case_id in reader.recused_cases)
        case = each.case_id is not None and each.case_id in reader.open_cases
        closed = (each.restricted or each.case_id in reader.restricted_cases) and not case
        named = each.visibility is Visibility.NAMED and reader.agency_id in each.named
        own = reader.agency_id is not None and reader.agency_id == each.source_id
        words = each.visibility is Visibility.EVERYONE or leads or named or own
        may = item and not recused and reader.signatory and not closed and words
        assert (each.now in part) == (each.was in part) == may
    kept = sum(each.now in part for each in corrections)
    assert not reader.signatory or len(explained) == len(corrections) - kept


def test_a_record_of_before_reads_and_hashes_as_it_did() -> None:
    record = a_record(2)
    assert '"corrections"' not in record.to_json()
    assert MeetingRecord.from_json(record.to_json()).sha256() == record.sha256()


def test_a_record_with_corrections_comes_back_the_same() -> None:
    record = under(a_record(1), a_correction(visibility=Visibility.NAMED, named=frozenset({2, 1})))
    assert MeetingRecord.from_json(record.to_json()) == record
    assert CASE in record.case_ids, "a reader's rights are asked for its case, too"


def test_an_item_by_reference_holds_no_correction() -> None:
    record = under(a_record(1), a_correction())
    part = record.only(a_reader(signatory=False))
    assert all(not item.corrections for item in part.items)


def an_item(**other: object) -> RecordedItem:
    """Seen by everybody at it, save an informant's word and what is for Homes alone."""
    entries = (
        _said("Seen at the flat on three nights.", Visibility.EVERYONE, POLICE),
        _said("An informant says so.", Visibility.CHAIR, POLICE),
        _said("He owes eleven weeks.", Visibility.NAMED, POLICE, HOMES),
    )
    facts = {"id": ITEM, "number": 4, "kind": ItemKind.CASE, "title": "Martin Ashdown", "outcome": ItemOutcome.HEARD}
    return RecordedItem(**{**facts, "entries": entries, **other})


def _said(text: str, visibility: Visibility, source: AgencyName, *named: AgencyName) -> RecordedEntry:
    return RecordedEntry(kind=EntryKind.INFORMATION, text=text, visibility=visibility, source=source, named=named)


@pytest.mark.parametrize(
    ("passage", "whom"),
    [
        ("seen at the  FLAT", EVERYBODY),
        ("Martin Ashdown", EVERYBODY),
        ("informant", ForWhom(Visibility.CHAIR, POLICE.id)),
        ("eleven weeks", ForWhom(Visibility.NAMED, POLICE.id, frozenset({HOMES.id}))),
        ("Something else altogether", ForWhom(Visibility.CHAIR, 5)),
        ("", ForWhom(Visibility.CHAIR, 5)),
    ],
)
def test_words_that_are_quoted_are_for_whom_they_were_written_for(passage, whom) -> None:
    assert for_whom(an_item(), passage, agency_id=5) == whom


def test_where_all_is_for_everybody_so_is_what_is_not_quoted() -> None:
    open_item = an_item(entries=an_item().entries[:1])
    assert for_whom(open_item, "", agency_id=5) == EVERYBODY


def test_a_correction_of_what_moved_in_a_case_is_for_the_chair_since_not_everybody_may_open_it() -> None:
    moved = RecordedMove(case_id=8, case_ref="NB-8", at=datetime(2026, 3, 3, tzinfo=UTC), text="R-1, Mentoring: ended")
    item = replace(an_item(), entries=(), moves=(moved,))
    assert for_whom(item, "Mentoring: ended", agency_id=5) == ForWhom(Visibility.CHAIR, 5)


def test_words_of_a_pathway_are_put_right_with_its_provider() -> None:
    row = Row("Mentor", "Priya Shah", frozenset({Audience.PROVIDER}))
    referral = RecordedReferral(ref="R-1", pathway="Mentoring", parties=Parties(provider=HOMES), rows=(row,))
    item = an_item(referrals=(referral,))
    assert is_of_a_referral(item, "priya  shah")
    assert not is_of_a_referral(item, "three nights")
    assert not is_of_a_referral(item, "")


def test_the_later_minutes_name_the_earlier_ones_their_item_and_the_hash_of_their_record() -> None:
    page = minutes_html(under(a_record(1), a_correction()))
    for text in ("M-2026-013", "item 4 (NB-7)", "ab" * 32, "&lt;was&gt;", "&lt;now&gt;", "&lt;why&gt;", "agreed"):
        assert text in page
    assert "not agreed" in minutes_html(under(a_record(1), a_correction(agreed=False)))


def test_the_corrected_minutes_say_so_first_and_at_the_item_and_nothing_else_changes() -> None:
    record = a_record(2)
    note = CorrectionNote(
        item_number=4, on=date(2026, 4, 7), reference="M-2026-021", agreed_under=4, was="a", now="<b>"
    )
    plain, noted = minutes_html(record), minutes_html(record, (note,))
    said = "Item 4: corrected on 7 April 2026, see M-2026-021, item 4."
    assert said not in plain
    assert noted.count(said) == 2
    assert noted.index(said) < noted.index("<h2>Attendance</h2>")
    assert "Read: “&lt;b&gt;”" in noted
    assert record.sha256() in noted
    of_all = replace(note, item_number=None)
    assert minutes_html(record, (of_all,)).count("The minutes as a whole: corrected on") == 1
