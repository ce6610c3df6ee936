"""Who was told of somebody: agencies and groups to whom their cases are or were open, those who were sent papers with
one, who were asked what they hold, to whom the person was referred, and who has a part in a plan for them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import Case, CaseGroup
from core.clock import local_date
from core.dates import in_words
from core.disclosures.arms.line import Line, Scope, Wanted
from core.disclosures.arms.meetings import asked
from core.disclosures.arms.papers import circulated
from core.disclosures.arms.referrals import given_part, referred
from core.disclosures.models import EndedDisclosure
from core.extensions import db
from core.facts import Actor, MaskReason
from core.subject_access.gathering.shelf import Kind, Shelf, Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.pack import Entry

PAPERS: Mapping[str, str] = {
    "agenda": "The agenda of {} was sent out",
    "actions": "The actions of {} were sent out",
    "minutes": "The minutes of {} were sent out",
    "extract": "What the minutes of {} say of a referral was sent out",
    "correction": "A correction of the minutes of {} was sent out",
    "corrected extract": "What the minutes of {} say of a referral was sent out, corrected",
}
"""What was sent, by the kind that the register of disclosures gives."""

OF_THEM = frozenset({"referred", "part"})
"""Kinds of telling that are of the person themself, whatever the case is about."""

_NOBODY = Actor(user_id=0, name="", agency_id=None, partnership_id=None)
"""The register is asked for the person's own answer: of their cases whatever is in it, and nothing for a reader."""


def put_told(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """Groups that hear their cases, and agencies and groups that did. Two queries."""
    refs = {case.id: case for case in whom.cases}
    heard = db.session.scalars(
        select(CaseGroup)
        .where(CaseGroup.case_id.in_(refs))
        .order_by(CaseGroup.case_id, CaseGroup.group_id)
        .options(joinedload(CaseGroup.group), raiseload("*"))
    )
    for link in heard:
        case = refs[link.case_id]
        group = write.to_whom(f"told:group:{case.id}:{link.group_id}", link.group.name, case.id)
        entry = Entry(title=f"Case {case.ref} is heard by a group", texts=group, silent=True)
        shelf.put(case.lead_agency_id, Kind.TOLD, entry)
    ended = db.session.scalars(
        select(EndedDisclosure)
        .where(EndedDisclosure.case_id.in_(refs))
        .order_by(EndedDisclosure.id)
        .options(joinedload(EndedDisclosure.agency), joinedload(EndedDisclosure.group), raiseload("*"))
    )
    for each in ended:
        case, to = refs[each.case_id], each.agency or each.group
        shelf.put(
            case.lead_agency_id,
            Kind.TOLD,
            Entry(
                title=f"Case {case.ref} was open to others",
                texts=write.to_whom(
                    f"told:ended:{each.id}",
                    f"{to.name if to is not None else 'Somebody'}, from {in_words(each.since)} to "
                    f"{in_words(each.ended_on)}{f'; {each.basis}' if each.basis else ''}",
                    case.id,
                ),
                silent=True,
            ),
        )


def put_disclosures(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What the register of disclosures has besides: papers, research, referrals, parts in a plan. Four queries."""
    scope = Scope(_NOBODY, Case.id.in_(whom.case_ids), people=whom.ids, whole=True)
    leads = {case.id: case.lead_agency_id for case in whom.cases}

    def told(arm: Callable[[Scope, Wanted], Line], title: Callable[[Any], str], what: str) -> None:
        found: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for row in db.session.execute(arm(scope, Wanted()).order_by("at", "number")):
            found[title(row), local_date(row.at), row.case_id, row.ended_on].append(row)
        for (words, on, case_id, ended), rows in found.items():
            first = rows[0]
            at = f"told:{what}:{first.number}:{case_id}"
            when = facts(("On", on), ("Until", ended), ("Basis", first.basis))
            if what in OF_THEM or case_id in whom.about_them:
                of_it = write.held("To", f"{at}:to", _names(rows))
                reason = write.held("What for", f"{at}:purpose", first.purpose)
                entry = Entry(title=words, facts=when, texts=(*of_it, *reason), silent=True)
            else:
                said = (words, *(f"{each.label}: {each.value}" for each in when), f"To: {_names(rows)}")
                of_it = write.held("What", f"{at}:to", "; ".join(said), whole=MaskReason.THIRD_PARTY)
                entry = Entry(title="Others were told of a case that names them", texts=of_it, silent=True)
            shelf.put(leads.get(case_id), Kind.TOLD, entry)

    told(circulated, lambda row: PAPERS[row.note.rpartition(":")[0]].format(row.what), "papers")
    told(asked, lambda row: f"Agencies were asked what they hold, for {row.what}", "asked")
    told(referred, lambda row: f"Referral {row.what} was made by {row.by}", "referred")
    told(given_part, lambda row: f"Agencies were given a part in the plan of referral {row.what}", "part")


def _names(rows: Sequence[Any]) -> str:
    return "; ".join(sorted({row.recipients for row in rows}))  # names of agencies hold commas
