"""The record of a meeting: what one reader's part holds, and what it must never hold."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.canonical import canonical_json
from core.documents.record import Reader
from core.facts import Audience, EntryKind, ItemKind, ItemOutcome, Presence, Row, Visibility
from core.minutes import record as rules
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
from tests.records import a_record

AGENCIES = tuple(AgencyName(id=number, name=f"Agency {number}") for number in range(1, 3))
USERS = (1, 2)
CASES = (1, 2)

users = st.sampled_from(USERS)
agencies = st.sampled_from(AGENCIES)
some_agencies = st.frozensets(agencies, max_size=3).map(lambda chosen: tuple(sorted(chosen, key=lambda each: each.id)))
PROVIDERS = st.integers(1, 3)
others = {"referrer": st.none() | agencies, "plan": some_agencies}
parties = st.builds(Parties, **others) | st.builds(
    Parties, provider=agencies, provider_id=st.none() | PROVIDERS, **others
)
rows = st.lists(
    st.builds(
        Row,
        label=st.just("Label"),
        value=st.just("secret"),
        audiences=st.frozensets(st.sampled_from(Audience), max_size=3),
    ),
    max_size=3,
).map(tuple)
entries = st.lists(
    st.builds(
        RecordedEntry,
        kind=st.sampled_from(EntryKind),
        text=st.just("secret"),
        source=st.none() | agencies,
        visibility=st.sampled_from(Visibility),
        named=some_agencies,
        author=st.just("secret"),
    ),
    max_size=2,
).map(tuple)
here = st.frozensets(users).map(
    lambda chosen: tuple(Hearer(user_id=each, name=f"User {each}", agency="An agency") for each in sorted(chosen))
)
actions = st.just(
    (RecordedAction(ref="A-1", text="secret", owner=AGENCIES[0], person="secret", due_on=date(2026, 4, 1)),)
)
sections = st.lists(
    st.builds(
        RecordedSection,
        plugin=st.just("mentoring"),
        title=st.just("Mentoring"),
        case_id=st.none() | st.sampled_from(CASES),
        parties=parties,
        rows=rows,
        note=st.sampled_from(("", "Not available")),
    ),
    max_size=2,
).map(tuple)
items = st.builds(
    RecordedItem,
    id=st.just(0),
    number=st.just(0),
    kind=st.sampled_from(ItemKind),
    title=st.just("secret"),
    case_id=st.none() | st.sampled_from(CASES),
    case_ref=st.just("NB-1"),
    restricted=st.booleans(),
    reason=st.just("secret"),
    late_reason=st.just("secret"),
    heard_by=here,
    recused=here,
    earlier_actions=actions,
    entries=entries,
    risk=st.just("secret"),
    outcome=st.sampled_from(ItemOutcome),
    outcome_reason=st.just("secret"),
    actions=actions,
    referrals=st.lists(
        st.builds(RecordedReferral, ref=st.just("R-1"), pathway=st.just("Mentoring"), parties=parties, rows=rows),
        max_size=2,
    ).map(tuple),
    sections=sections,
)
attendance = st.frozensets(users).map(
    lambda chosen: tuple(
        AttendanceLine(user_id=each, name=f"User {each}", agency="An agency", presence=Presence.PRESENT)
        for each in sorted(chosen)
    )
)
readers = st.builds(
    Reader,
    user_id=users,
    agency_id=st.none() | agencies.map(lambda each: each.id),
    staff_of=st.frozensets(PROVIDERS, max_size=2),
    is_chair_or_coordinator=st.booleans(),
    signatory=st.sampled_from((True, True, True, False)),
    granted_items=st.frozensets(st.integers(1, 2), max_size=1),
    open_cases=st.frozensets(st.sampled_from(CASES)),
    recused_cases=st.frozensets(st.sampled_from(CASES), max_size=1),
)


@st.composite
def records(draw: st.DrawFn) -> MeetingRecord:
    """Records in which every sensitive text is its own, so that a leak says where it is from."""
    drawn = draw(st.lists(items, max_size=2))
    return MeetingRecord(
        partnership="Northbridge",
        group="Riverside",
        kind="CST",
        title="",
        reference="M-1",
        starts_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        ends_at=datetime(2026, 3, 3, 12, tzinfo=UTC),
        attendance=draw(attendance),
        items=tuple(_named(item, number) for number, item in enumerate(drawn, start=1)),
        sections=_named_sections(draw(sections), "end"),
    )


def _named(item: RecordedItem, number: int) -> RecordedItem:
    whole = {name: f"<{number}-{name}>" for name in ("title", "reason", "late_reason", "risk", "outcome_reason")}
    return replace(
        item,
        **whole,
        id=number,
        number=number,
        entries=tuple(
            replace(entry, text=f"<{number}-entry-{at}>", author=f"<{number}-author-{at}>")
            for at, entry in enumerate(item.entries)
        ),
        actions=tuple(replace(action, text=f"<{number}-action>") for action in item.actions),
        earlier_actions=tuple(replace(action, text=f"<{number}-earlier>") for action in item.earlier_actions),
        referrals=tuple(
            replace(referral, rows=_named_rows(referral.rows, f"{number}-referral-{at}"))
            for at, referral in enumerate(item.referrals)
        ),
        sections=_named_sections(item.sections, str(number)),
    )


def _named_rows(drawn: tuple[Row, ...], where: str) -> tuple[Row, ...]:
    return tuple(replace(row, value=f"<{where}-row-{at}>") for at, row in enumerate(drawn))


def _named_sections(drawn: tuple[RecordedSection, ...], where: str) -> tuple[RecordedSection, ...]:
    return tuple(
        replace(section, rows=_named_rows(section.rows, f"{where}-section-{at}")) for at, section in enumerate(drawn)
    )


def forbidden(record: MeetingRecord, reader: Reader) -> set[str]:
    """Domain.md's rules again, from the other side: every text that this reader may not have."""
    found: set[str] = set()
    for item in record.items:
        texts = _texts(item)
        attended = reader.user_id in {each.user_id for each in item.heard_by} or item.id in reader.granted_items
        recused = reader.user_id in {each.user_id for each in item.recused} or item.case_id in reader.recused_cases
        closed = item.restricted and item.case_id not in reader.open_cases
        lets_in = (attended or reader.is_chair_or_coordinator) and not recused
        if not lets_in or closed or not reader.signatory:
            at_least_there = reader.user_id in {each.user_id for each in record.attendance} and not item.heard_by
            shows_heading = item.kind is ItemKind.STANDING and not recused and (lets_in or at_least_there)
            found |= texts - ({item.title} if shows_heading else set())
            continue
        for entry in item.entries:
            own = entry.source is not None and entry.source.id == reader.agency_id
            named = entry.visibility is Visibility.NAMED and reader.agency_id in {each.id for each in entry.named}
            if not (entry.visibility is Visibility.EVERYONE or own or named or reader.is_chair_or_coordinator):
                found |= {entry.text, entry.author}
        for part in (*item.referrals, *item.sections):
            found |= {row.value for row in part.rows if not _row_open(row, part.parties, reader)}
    for section in record.sections:
        case_closed = section.case_id is not None and section.case_id not in reader.open_cases - reader.recused_cases
        if case_closed or not reader.signatory:
            found |= {row.value for row in section.rows}
        else:
            at_end = section.case_id is None and reader.user_id in {each.user_id for each in record.attendance}
            rows = section.rows
            found |= {row.value for row in rows if not _row_open(row, section.parties, reader, attended=at_end)}
    return found


def _row_open(row: Row, behind: Parties, reader: Reader, *, attended: bool = True) -> bool:
    belongs = {
        Audience.ATTENDEES: attended,
        Audience.CHAIR: reader.is_chair_or_coordinator,
        Audience.PROVIDER: _is_staff(behind, reader),
        Audience.REFERRER: behind.referrer is not None and behind.referrer.id == reader.agency_id,
        Audience.PLAN: reader.agency_id in {each.id for each in behind.plan},
        Audience.STATISTICS: False,
    }
    return any(belongs[audience] for audience in row.audiences)


def _is_staff(behind: Parties, reader: Reader) -> bool:
    if behind.provider_id is not None:
        return behind.provider_id in reader.staff_of
    if behind.provider is None or not reader.staff_of:
        return False
    return behind.provider.id == reader.agency_id


def _texts(item: RecordedItem) -> set[str]:
    return {
        *(item.title, item.reason, item.late_reason, item.risk, item.outcome_reason),
        *(entry.text for entry in item.entries),
        *(entry.author for entry in item.entries),
        *(action.text for action in (*item.actions, *item.earlier_actions)),
        *(row.value for part in (*item.referrals, *item.sections) for row in part.rows),
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records(), readers)
def test_a_readers_part_holds_nothing_outside_their_rights(record: MeetingRecord, reader: Reader) -> None:
    part = record.only(reader).to_json()
    assert not {text for text in forbidden(record, reader) if text in part}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records(), readers)
def test_cutting_twice_changes_nothing_more(record: MeetingRecord, reader: Reader) -> None:
    part = record.only(reader)
    assert part.only(reader) == part


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records(), readers)
def test_whatever_is_missing_has_a_reason(record: MeetingRecord, reader: Reader) -> None:
    kept = record.only(reader).items
    explained = {each.item for each in record.left_out(reader)}
    for item in record.items:
        held_something = all(part.rows for part in (*item.referrals, *item.sections))
        assert item in kept or item.number in explained or not held_something


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_json_and_back_is_the_same_record_and_the_same_hash(record: MeetingRecord) -> None:
    again = MeetingRecord.from_json(record.to_json())
    assert again == record
    assert again.sha256() == record.sha256()


def the_reader(**rights: object) -> Reader:
    return Reader(**{"user_id": 3, "agency_id": 3, "signatory": True, **rights})


def test_who_was_there_has_every_item_whole() -> None:
    record = a_record(4)
    part = record.only(the_reader())
    assert [item.number for item in part.items] == [item.number for item in record.items]
    assert part.items[-1].title == record.items[-1].title
    assert part.items[-1].actions == record.items[-1].actions


def test_the_source_sees_its_own_and_others_see_what_is_for_them() -> None:
    record = a_record(1)
    housings = record.items[-1].entries[1]
    by_source, by_named, by_other = (
        record.only(the_reader(agency_id=agency)).items[-1].entries for agency in (3, 2, 5)
    )
    assert housings in by_source
    assert housings in by_named
    assert housings not in by_other
    assert len(by_other) == len(record.items[-1].entries) - 1


def test_the_chair_has_the_items_that_they_did_not_attend_but_not_those_they_are_recused_from() -> None:
    record = a_record(2)
    chair = the_reader(user_id=99, is_chair_or_coordinator=True)
    assert len(record.only(chair).items) == len(record.items)
    recused = replace(chair, recused_cases=frozenset({record.items[-1].case_id}))
    assert [item.number for item in record.only(recused).items] == [item.number for item in record.items[:-1]]


def test_who_was_absent_has_what_the_chair_granted_and_nothing_else() -> None:
    record = a_record(3)
    granted = record.items[4]
    part = record.only(the_reader(user_id=97, agency_id=9, granted_items=frozenset({granted.id})))
    assert [item.title for item in part.items] == [granted.title]
    assert {each.why for each in record.left_out(the_reader(user_id=97))} == {rules.NOT_PRESENT}


def test_a_non_signatory_reads_references_and_no_name() -> None:
    record = a_record(2)
    part = record.only(the_reader(signatory=False))
    assert {item.title for item in part.items if item.kind is ItemKind.CASE} == {""}
    assert [item.case_ref for item in part.items] == [item.case_ref for item in record.items]
    assert not any(item.entries or item.actions for item in part.items)


def test_a_restricted_case_is_a_reference_to_who_may_not_open_it() -> None:
    record = a_record(1)
    case = replace(record.items[-1], restricted=True)
    record = replace(record, items=(case,))
    assert record.only(the_reader()).items[0].by_reference
    assert not record.only(the_reader(open_cases=frozenset({case.case_id}))).items[0].by_reference


def test_an_item_nobody_took_up_is_a_reference_to_those_at_the_meeting() -> None:
    record = a_record(1)
    case = replace(record.items[-1], heard_by=(), outcome=ItemOutcome.NOT_HEARD)
    record = replace(record, items=(case,))
    (at_the_meeting,) = record.only(the_reader()).items
    assert (at_the_meeting.case_ref, at_the_meeting.title) == (case.case_ref, "")
    assert record.only(the_reader(user_id=97)).items == ()


def test_readers_with_the_same_rights_get_the_same_document() -> None:
    record = a_record(2)
    ours, theirs = the_reader(user_id=3, agency_id=5), the_reader(user_id=4, agency_id=6)
    record = replace(record, items=tuple(replace(item, referrals=(), sections=()) for item in record.items))
    assert record.only(ours).sha256() == record.only(theirs).sha256()
    assert record.only(ours).whole_sha256 == record.sha256()


def test_a_colleague_at_the_providers_agency_who_is_not_its_staff_reads_what_their_agency_does_and_no_more() -> None:
    whom = {Audience.PROVIDER: "to staff", Audience.REFERRER: "to the referrer", Audience.ATTENDEES: "at the item"}
    rows = tuple(Row("Said", text, frozenset({audience})) for audience, text in whom.items())
    both = Parties(provider=AGENCIES[0], referrer=AGENCIES[0], provider_id=7)
    item = a_record(1).items[-1]

    def told(parties: Parties, **rights: object) -> list[str]:
        referral = RecordedReferral(ref="R-1", pathway="Mentoring", parties=parties, rows=rows)
        record = replace(a_record(1), items=(replace(item, referrals=(referral,), sections=()),))
        (cut,) = record.only(the_reader(agency_id=AGENCIES[0].id, **rights)).items
        return [row.value for each in cut.referrals for row in each.rows]

    assert told(both, staff_of=frozenset({7})) == ["to staff", "to the referrer", "at the item"]
    assert told(both, staff_of=frozenset({8})) == told(both) == ["to the referrer", "at the item"]
    # Minutes of before there was a list know the agency alone.
    old = replace(both, provider_id=None, referrer=None)
    assert told(old, staff_of=frozenset({8})) == ["to staff", "at the item"]
    assert told(old) == ["at the item"]


def test_a_field_added_later_with_a_default_leaves_old_hashes_alone() -> None:
    plain = a_record(1).to_plain()
    assert "whole_sha256" not in plain
    assert canonical_json(MeetingRecord.from_plain(plain).to_plain()) == canonical_json(plain)


@pytest.mark.parametrize(
    "damage",
    [
        {"items": "none"},
        {"version": "1"},
        {"starts_at": 5},
        {"status": "invented"},
        {"surplus": True},
        {"attendance": [{"name": "No agency"}]},
        {"audit_head": []},
    ],
)
def test_a_damaged_record_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        MeetingRecord.from_plain({**a_record(1).to_plain(), **damage})


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(a_record(1), next_meeting=datetime(2026, 4, 7, 10)).to_json()  # noqa: DTZ001  # that is the point


def test_what_is_for_the_chair_stays_with_the_chair_whoever_was_named_before() -> None:
    record = a_record(1)
    entry = replace(record.items[-1].entries[1], visibility=Visibility.CHAIR)
    record = replace(record, items=(replace(record.items[-1], entries=(entry,)),))
    assert {each.id for each in entry.named} >= {2}
    assert record.only(the_reader(agency_id=2)).items[0].entries == ()
    assert record.only(the_reader(agency_id=2, is_chair_or_coordinator=True)).items[0].entries == (entry,)


def test_a_closing_section_about_a_case_needs_the_case_open_and_no_interest_declared() -> None:
    row = Row("Stage", "Matched", frozenset({Audience.REFERRER}))
    section = RecordedSection(
        plugin="mentoring", title="Mentoring", case_id=7, parties=Parties(referrer=AGENCIES[0]), rows=(row,)
    )
    record = replace(a_record(1), sections=(section,))
    opens = the_reader(agency_id=1, open_cases=frozenset({7}))
    assert record.only(opens).sections == (section,)
    assert record.only(replace(opens, recused_cases=frozenset({7}))).sections == ()
    assert record.only(replace(opens, open_cases=frozenset())).sections == ()
    assert record.only(replace(opens, signatory=False)).sections == ()
