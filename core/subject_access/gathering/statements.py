"""What is kept beside a person and their cases: what they need, what stood there before, what they said of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import raiseload

from core.clock import local_date
from core.dates import in_words
from core.disclosures.models import ComplaintConsent
from core.disclosures.withheld import given_by
from core.extensions import db
from core.facts import MaskReason
from core.hate.models import HateReport
from core.people.adjustments.models import Adjustment
from core.people.history.models import HeldVersion, Rectification, Statement
from core.people.history.shown import LABELS, as_words
from core.retention.models import LegalHold
from core.standards.models import ContactPlan
from core.subject_access.gathering.shelf import Kind, Shelf, Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.pack import Entry, Held

NAMES_FREELY = frozenset({"address", "postcode"})
"""Fields of a version that show where somebody lives."""


def put_adjustments(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What they asked for, so that they can be dealt with fairly. One query."""
    rows = db.session.scalars(
        select(Adjustment).where(Adjustment.person_id.in_(whom.ids)).order_by(Adjustment.id).options(raiseload("*"))
    )
    for each in rows:
        at = f"adjustment:{each.id}"
        shelf.put(
            each.agency_id,
            Kind.ADJUSTMENTS,
            Entry(
                title=each.kind.capitalize(),
                facts=facts(("Asked for by", each.asked_by), ("Since", each.since), ("Until", each.ended_on)),
                texts=(
                    *write.held("What", f"{at}:detail", each.detail),
                    *write.held("Why it ended", f"{at}:ended", each.ended_why),
                ),
            ),
        )


def put_versions(shelf: Shelf, whom: Whom, write: Writer, agencies: Mapping[int, str], *, keeps_address: bool) -> None:
    """What stood there before it was changed or set right; of contact plans, their own alone. One query."""
    own_plans = select(ContactPlan.id).where(ContactPlan.person_id.in_(whom.ids))
    rows = db.session.scalars(
        select(HeldVersion)
        .where(
            or_(HeldVersion.person_id.in_(whom.ids), HeldVersion.case_id.in_(whom.case_ids)),
            or_(HeldVersion.about.is_(None), HeldVersion.about != Statement.PLAN, HeldVersion.thing_id.in_(own_plans)),
        )
        .order_by(HeldVersion.until, HeldVersion.id)
        .options(raiseload("*"))
    )
    for each in rows:
        at = f"version:{each.id}"
        sealed = each.address_was_protected or each.person_id in whom.hidden
        limit = (
            write.withheld.incidents.get(each.incident_id, "")
            if each.incident_id is not None
            else write.withheld.cases.get(each.case_id or 0, "")
        )
        shelf.put(
            None if limit else each.agency_id,
            Kind.BEFORE,
            Entry(
                title=f"Until {in_words(each.until)}",
                facts=facts(("Why it was changed", each.why)),
                texts=(
                    *(
                        held
                        for name, value in _said(each.values or {}, agencies)
                        for held in _before(write, each, name, value, limit=limit, sealed=sealed, hides=keeps_address)
                    ),
                    *write.held("Why, in words", f"{at}:reason", each.reason, case_id=each.case_id, limit=limit),
                ),
            ),
        )


def _said(values: Mapping[str, Any], agencies: Mapping[int, str]) -> Sequence[tuple[str, str]]:
    """Field -> what it held, in the order in which a page has them."""
    order = {name: n for n, name in enumerate(LABELS)}
    kept = [(name, value) for name, value in values.items() if value not in (None, "", [], False)]
    kept.sort(key=lambda each: (order.get(each[0], len(order)), each[0]))
    return [(name, as_words(name, value, agencies)) for name, value in kept]


def _before(
    write: Writer, version: HeldVersion, name: str, value: str, *, limit: str, sealed: bool, hides: bool
) -> tuple[Held, ...]:
    label, at = LABELS.get(name) or name.replace("_", " ").capitalize(), f"version:{version.id}:{name}"
    if sealed and name in NAMES_FREELY:
        whole = MaskReason.SERIOUS_HARM if hides else None
        return (Held(label=label, place=at, text=value, whole=whole, fixed=hides, sealed=True),)
    return write.held(label, at, value, case_id=version.case_id, limit=limit)


def put_rectifications(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What they asked to have set right, what became of it, and what they wanted to stand beside it. One query."""
    rows = db.session.scalars(
        select(Rectification)
        .where(Rectification.person_id.in_(whom.ids))
        .order_by(Rectification.id)
        .options(raiseload("*"))
    )
    for each in rows:
        at = f"rectification:{each.id}"
        shelf.put(
            each.agency_id,
            Kind.RIGHT,
            Entry(
                title=f"About {each.about}",
                facts=facts(
                    ("Asked by", each.asked_by),
                    ("On", each.asked_on),
                    ("Shown as disputed", each.restricted),
                    ("Answer", each.answer),
                ),
                texts=write.several(
                    (
                        ("What was asked", f"{at}:says", each.says),
                        ("What was answered", f"{at}:reason", each.reason),
                        ("Their own statement", f"{at}:own", each.own_statement),
                    )
                ),
            ),
        )


def put_hate_reports(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What was reported of their cases as hate, and what was done about it. One query."""
    refs = {case.id: case.ref for case in whom.cases}
    rows = db.session.scalars(
        select(HateReport).where(HateReport.case_id.in_(refs)).order_by(HateReport.id).options(raiseload("*"))
    )
    for each in rows:
        at = f"hate:{each.id}"
        limit = write.withheld.incidents.get(each.incident_id or 0, "")
        strands = ", ".join(str(strand) for strand in each.strands)
        said = (("Happened on", each.happened_on), ("About", strands), ("Taken back", each.unflagged_at is not None))
        known, kept_back = write.details(f"{at}:details", each.case_id, *(() if limit else said))
        texts = write.several(
            (
                ("What was reported", f"{at}:what", each.what),
                ("What was done", f"{at}:done", each.done),
                ("Why it was taken back", f"{at}:unflagged", each.unflagged_why),
            ),
            case_id=each.case_id,
            limit=limit,
        )
        entry = Entry(title=f"Case {refs[each.case_id]}", facts=known, texts=(*kept_back, *texts), silent=True)
        shelf.put(None if limit else each.agency_id, Kind.HATE, entry)


def put_consents(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What they said to the use of what they told in a complaint: those that they alone could have given. One query."""
    refs = {case.id: case for case in whom.cases}
    rows = db.session.scalars(
        select(ComplaintConsent)
        .where(ComplaintConsent.case_id.in_(refs), given_by(whom.ids))
        .order_by(ComplaintConsent.id)
        .options(raiseload("*"))
    )
    for each in rows:
        at = f"complaint:{each.id}"
        shelf.put(
            each.agency_id,
            Kind.CONSENTS,
            Entry(
                title=f"Case {refs[each.case_id].ref}",
                facts=facts(
                    ("Consent", each.answer),
                    ("For", each.scope),
                    ("Not to be told to the subject", each.not_to_subject),
                    ("On", each.answered_on),
                    ("Withdrawn", each.withdrawn_on),
                    ("Used without consent", each.law),
                ),
                texts=(
                    *write.held("Limits", f"{at}:limits", each.limits),
                    *write.held("Of the withdrawal", f"{at}:note", each.withdrawn_note),
                ),
            ),
        )


def put_holds(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """That something is kept longer than its period, and since when: masked, for it may tell of enquiries. Why may be
    for a court alone. One query.
    """
    rows = db.session.scalars(
        select(LegalHold)
        .where(or_(LegalHold.person_id.in_(whom.ids), LegalHold.case_id.in_(whom.case_ids)))
        .order_by(LegalHold.id)
        .options(raiseload("*"))
    )
    for each in rows:
        ended = f", until {in_words(local_date(each.ended_at))}" if each.ended_at is not None else ""
        since = f"Since {in_words(local_date(each.since))}{ended}"
        texts = write.held("On hold", f"hold:{each.id}", since, whole=MaskReason.CRIME)
        shelf.put(each.agency_id, Kind.HOLDS, Entry(title="Legal hold", texts=texts, silent=True))
