"""Every table that holds something of somebody whom a case names is in their pack, or it is said why it is not."""

import re
from pathlib import Path

import core.models  # noqa: F401  all of core's tables
from core.database import Base
from core.retention.holdings import HELD, NAMED
from core.retention.kinds import Kind
from core.subject_access import gathering

KINDS = {Kind.CASE, Kind.PERSON, Kind.REFERRAL, Kind.ACCESS, Kind.DISCLOSURE, Kind.EMERGENCY, Kind.RETENTION}

NOT_GATHERED = {
    "address_reader": "agencies that may read a protected address; each reading is among who looked",
    "told_reader": "officers who were told that something was put right",
    "person_merge": "two records were found to be one person's: both records are gathered whole",
    "person_merge_row": "which rows a merge moved: the rows are gathered themselves",
    "two_people": "that a record is somebody else's: about that person",
    "recusal": "about an officer's interest",
    "entry_agency": "for whom an entry is: it is masked where it is not for all",
    "minutes_wording": "drafts of how an entry reads in minutes: what was said and what was approved are gathered",
    "minutes_grant": "which officer may read an item's draft",
    "minutes_correction_account": "which officers may read a correction",
    "minutes_correction_agency": "which agencies may read a correction",
    "consent_agency": "the agencies of a consent that somebody gave in a complaint",
    "referral_partner": "a provider's parts in a plan, which it answers for",
    "access_request_event": "who worked on a request, of which what came of it is gathered",
    "access_request_pause": "when a request waited for the person themself",
    "access_mask": "what was masked in what they were given",
    "access_pack": "what was gathered before: it is gathered again",
    "access_scheme": "which schemes answered for their part of a request, which is in what they were given",
    "access_paper": "what they were given",
    "subject_access_mask": "what was masked in a copy of minutes",
}


def test_what_is_held_is_gathered_or_the_reason_is_said() -> None:
    folder = Path(gathering.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    reads = set(re.findall(r"\w+", source))
    classes = {mapper.class_.__tablename__: mapper.class_.__name__ for mapper in Base.registry.mappers}
    wanted = {held.table for held in HELD.values() if held.kind in KINDS and held.about == NAMED}
    gathered = {table for table in wanted if classes.get(table) in reads}
    through = {"action_update": "updates", "referral_move": "moves"}
    gathered |= {table for table, relation in through.items() if f".{relation}" in source}
    assert sorted(wanted - gathered - set(NOT_GATHERED)) == []
    assert sorted(set(NOT_GATHERED) & gathered) == [], "it is gathered after all"
    assert set(NOT_GATHERED) <= wanted, "there is no such table"
