"""A provider's extract of a record: what is its own, and the reason for what is not."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from core.documents.record import Reader
from core.facts import Audience, Row, Visibility
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.extract import extract_for, has_correction, providers_in
from core.minutes.record import (
    NOT_A_SIGNATORY,
    NOT_PRESENT,
    RECUSED,
    RESTRICTED,
    AgencyName,
    MeetingRecord,
    Parties,
    RecordedItem,
    RecordedReferral,
    RecordedSection,
)
from core.minutes.spells import Chaired
from tests.records import a_record
from tests.unit.minutes.test_record import readers, records

SCHEME = AgencyName(id=40, name="Alongside Mentoring")
OTHER = AgencyName(id=41, name="Even Keel Mediation")
FOR_PROVIDER, FOR_REFERRER = frozenset({Audience.PROVIDER}), frozenset({Audience.REFERRER})


def of(provider: AgencyName) -> Parties:
    """The registration of each has the number of its agency."""
    return Parties(provider=provider, provider_id=provider.id)


def a_referral(provider: AgencyName, ref: str) -> RecordedReferral:
    rows = (Row("Need", f"{ref} needs company", FOR_PROVIDER), Row("Told", f"{ref} was told", FOR_REFERRER))
    return RecordedReferral(ref=ref, pathway="Mentoring", parties=of(provider), rows=rows)


def with_referrals(record: MeetingRecord) -> MeetingRecord:
    """The last item refers to the scheme and to another; the one before heard of a referral to the scheme."""
    *others, heard, made = record.items
    section = RecordedSection(
        plugin="mentoring",
        title="Mentoring, step by step",
        parties=of(SCHEME),
        rows=(Row("Matched", "in March", FOR_PROVIDER),),
    )
    made = replace(made, referrals=(a_referral(SCHEME, "MEN-1"), a_referral(OTHER, "MED-1")))
    return replace(record, items=(*others, replace(heard, sections=(section,)), made))


def a_worker(**rights: object) -> Reader:
    own = {"agency_id": SCHEME.id, "agency_name": SCHEME.name, "staff_of": frozenset({SCHEME.id})}
    return Reader(**{"user_id": 400, "signatory": True, **own, **rights})


def last_of(record: MeetingRecord, **rights: object) -> RecordedItem:
    return extract_for(record, a_worker(**rights))[0].items[-1]


def test_it_holds_the_items_at_which_their_referrals_were_made_or_heard_and_no_others() -> None:
    record = with_referrals(a_record(4))
    part, _ = extract_for(record, a_worker())
    assert [item.id for item in part.items] == [item.id for item in record.items[-2:]]
    assert part.extract_for == SCHEME.name
    assert {SCHEME, OTHER} <= {*providers_in(record)}


def test_of_the_referrals_it_holds_their_own_and_what_is_for_the_provider() -> None:
    [referral] = last_of(with_referrals(a_record(2))).referrals
    assert referral.ref == "MEN-1"
    assert [row.value for row in referral.rows] == ["MEN-1 needs company"]


def test_what_was_said_at_the_table_and_who_sat_there_stays_there() -> None:
    record = with_referrals(a_record(2))
    part, left_out = extract_for(record, a_worker())
    for item in part.items:
        assert item.entries == ()
        assert item.heard_by == ()
        assert item.reason == ""
    assert part.items[-1].title == "Mentoring referral MEN-1"
    assert part.attendance == ()
    assert {each.why for each in left_out if each.what.startswith("Entries")} == {NOT_PRESENT}


def test_what_was_said_for_them_by_name_is_in_it() -> None:
    record = with_referrals(a_record(2))
    *others, made = record.items
    entry = replace(made.entries[0], visibility=Visibility.NAMED, named=(SCHEME,))
    record = replace(record, items=(*others, replace(made, entries=(entry, *made.entries[1:]))))
    assert last_of(record).entries == (entry,)


def test_their_own_actions_are_in_it_and_no_others() -> None:
    record = with_referrals(a_record(2))
    *others, made = record.items
    own = replace(made.actions[0], owner=SCHEME)
    record = replace(record, items=(*others, replace(made, actions=(own, *made.actions[1:]))))
    assert last_of(record).actions == (own,)


def test_of_an_item_without_a_referral_of_theirs_it_holds_what_they_undertook_and_nothing_else() -> None:
    record = with_referrals(a_record(4))
    made = record.items[-1]
    own = replace(made.actions[0], owner=SCHEME, text="Ask the college for a place.")
    named = replace(made.entries[0], visibility=Visibility.NAMED, named=(SCHEME,))
    mixed = replace(
        made,
        id=991,
        number=90,
        case_id=992,
        title="Quillon Everscale",
        risk="High",
        referrals=(a_referral(OTHER, "MED-1"),),
        sections=(),
        entries=(named, *made.entries[1:]),
        actions=(replace(made.actions[0], owner=OTHER), own),
        earlier_actions=(replace(own, text="Asked last time."),),
    )
    record = replace(record, items=(*record.items, mixed))
    granted = a_worker(granted_items=frozenset({mixed.id}))
    for worker in (a_worker(), granted, a_worker(open_cases=frozenset({992}))):
        part, left_out = extract_for(record, worker)
        assert part.items[-1] == RecordedItem(
            id=991,
            number=90,
            kind=mixed.kind,
            title=f"Action {own.ref}",
            case_id=992,
            case_ref=mixed.case_ref,
            outcome=mixed.outcome,
            actions=(own,),
        )
        assert left_out[-1].what == "All but the provider’s own actions"
    assert has_correction(record, granted, a_correction(mixed, "ask the college"))
    for was in ("", "Asked last time", "High", named.text):
        assert not has_correction(record, granted, a_correction(mixed, was)), was
    for rights in ({"signatory": False}, {"recused_cases": {992}}, {"restricted_cases": {992}}):
        part, left_out = extract_for(record, a_worker(**rights))
        assert 991 not in {item.id for item in part.items}
        assert 90 not in {each.item for each in left_out}
    no_provider = extract_for(replace(record, items=(mixed,)), a_worker())[0]
    assert no_provider.items == (), "an agency without a referral has no extract"


def test_a_grant_gives_what_was_said_to_everyone_and_not_what_was_said_to_others() -> None:
    record = with_referrals(a_record(2))
    *others, made = record.items
    made = replace(made, chaired=(Chaired(name="Pauline Police", interest=True),))
    record = replace(record, items=(*others, made))
    granted = last_of(record, granted_items=frozenset({made.id}))
    assert granted.title == made.title
    assert set(granted.entries) == {each for each in made.entries if each.visibility is Visibility.EVERYONE}
    assert (granted.heard_by, granted.chaired) == ((), ())


def test_whoever_declared_an_interest_has_nothing_of_that_item() -> None:
    record = with_referrals(a_record(2))
    made = record.items[-1]
    part, left_out = extract_for(record, a_worker(recused_cases=frozenset({made.case_id})))
    assert made.id not in {item.id for item in part.items}
    assert RECUSED in {each.why for each in left_out}


def test_a_provider_that_has_not_signed_and_a_restricted_case_leave_a_reference() -> None:
    record = with_referrals(a_record(2))
    made = record.items[-1]
    for rights, why in (
        ({"signatory": False}, NOT_A_SIGNATORY),
        ({"restricted_cases": frozenset({made.case_id})}, RESTRICTED),
    ):
        part, left_out = extract_for(record, a_worker(**rights))
        item = part.items[-1]
        assert item.by_reference
        assert (item.title, item.referrals, item.actions, item.case_ref) == ("", (), (), made.case_ref)
        assert why in {each.why for each in left_out}


@given(record=records(), reader=readers)
def test_an_extract_holds_nothing_that_the_whole_does_not_and_nothing_for_the_chair_alone(
    record: MeetingRecord, reader: Reader
) -> None:
    part, _ = extract_for(record, reader)
    whole = {item.id: item for item in record.items}
    for item in part.items:
        entries = {each.id: each for each in whole[item.id].entries}
        for entry in item.entries:
            assert entry in whole[item.id].entries
            own = entry.source is not None and entry.source.id == reader.agency_id
            assert own or entry.visibility is not Visibility.CHAIR
        for referral in item.referrals:
            assert referral.parties.provider is not None
            assert referral.parties.provider.id == reader.agency_id
            for row in referral.rows:
                assert row.audiences & {Audience.PROVIDER, Audience.ATTENDEES}
        assert len(entries) >= len(item.entries)
    assert part == extract_for(record, reader)[0]


def a_correction(item: RecordedItem, was: str, **other: object) -> RecordedCorrection:
    facts = {"id": 1, "meeting_id": 5, "reference": "M-1", "held_on": date(2026, 2, 3), "sha256": "", "why": "so"}
    return RecordedCorrection(
        **{**facts, "item_id": item.id, "proposed_by": "Somebody", "was": was, "now": "else", **other}
    )


def test_a_correction_is_told_to_the_provider_whose_extract_holds_what_it_quotes() -> None:
    record = with_referrals(a_record(2))
    *others, made = record.items
    said, told, confided = (
        replace(made.entries[0], text="Seen at the flat.", visibility=Visibility.EVERYONE),
        replace(made.entries[0], text="Ring before a visit.", visibility=Visibility.NAMED, named=(SCHEME,)),
        replace(made.entries[0], text="An informant says so.", visibility=Visibility.CHAIR),
    )
    own = replace(made.actions[0], text="Meet him weekly at the club.", owner=SCHEME)
    theirs = replace(made.actions[0], text="Visit the flat weekly.", owner=OTHER)
    made = replace(made, entries=(said, told, confided), actions=(own, theirs))
    record = replace(record, items=(*others, made))
    named = {"visibility": Visibility.NAMED, "named": frozenset({SCHEME.id})}
    chair = {"visibility": Visibility.CHAIR, "source_id": 99}
    for was, facts, unheard, heard in (
        ("ring before", named, True, True),
        ("weekly at the club", {}, True, True),
        ("weekly", {}, False, True),  # of another's action as well
        ("at the flat", {}, False, True),
        ("informant", chair, False, False),
        ("", {}, False, True),
        ("", chair, False, False),
        ("MEN-1 was told", {}, False, True),
    ):
        correction = a_correction(made, was, **facts)
        granted = a_worker(granted_items=frozenset({made.id}))
        assert (has_correction(record, a_worker(), correction), has_correction(record, granted, correction)) == (
            unheard,
            heard,
        ), was
    quoting = a_correction(made, "weekly at the club")
    assert has_correction(record, a_worker(), quoting)
    for rights in ({"signatory": False}, {"recused_cases": frozenset({made.case_id})}, {"agency_id": 77}):
        assert not has_correction(record, a_worker(**rights), quoting)
    assert not has_correction(record, a_worker(), replace(quoting, item_id=None))


@given(record=records(), reader=readers)
def test_no_provider_is_told_of_a_correction_of_words_that_its_extract_lacks(
    record: MeetingRecord, reader: Reader
) -> None:
    part = extract_for(record, reader)[0].to_json()
    for item in record.items:
        for text in [*(entry.text for entry in item.entries), *(action.text for action in item.actions)]:
            assert text in part or not has_correction(record, reader, a_correction(item, text))


def test_a_record_without_an_extract_has_the_hash_that_it_had() -> None:
    record = a_record(2)
    assert "extract_for" not in record.to_json()
