"""What agencies do: actions, referrals, keeping the person informed; and what was given to the person before."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.actions.models import Action
from core.clock import local_date
from core.dates import in_words
from core.extensions import db
from core.facts import Audience, Step
from core.meetings.models import Meeting
from core.minutes.models import Minutes, SubjectAccessCopy
from core.partnerships.models import Provider
from core.referrals.facts import consent_state, rows_for
from core.referrals.models import Referral, ReferralConsent
from core.standards.models import ContactEntry, ContactPlan
from core.subject_access.gathering.shelf import Kind, Shelf, Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.models import AccessRequest
from core.subject_access.pack import Entry

AUDIENCES = frozenset({Audience.REFERRER, Audience.ATTENDEES, Audience.CHAIR})
"""Whose rows of a referral anybody may read who puts the pack together. The others are in `schemes`."""


def put_actions(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What agencies undertook in their cases, with what became of it. Two queries."""
    refs = {case.id: case.ref for case in whom.cases}
    rows = db.session.scalars(
        select(Action)
        .where(Action.case_id.in_(refs))
        .order_by(Action.agreed_on, Action.id)
        .options(selectinload(Action.updates), raiseload("*"))
    )
    for each in rows:
        at, case_id = f"action:{each.id}", each.case_id or 0
        shelf.put(
            each.owner_agency_id,
            Kind.ACTIONS,
            Entry(
                title=f"Action {each.ref}, case {refs[case_id]}",
                facts=facts(
                    ("Agreed", each.agreed_on),
                    ("By", each.due_on),
                    ("Status", each.status),
                    ("Why not", each.not_done_reason),
                ),
                texts=write.several(
                    (
                        ("What", f"{at}:text", each.text),
                        ("What came of it", f"{at}:outcome", each.outcome),
                        *(
                            (
                                f"{update.kind.capitalize()}, {in_words(update.at)}",
                                f"{at}:update:{update.id}",
                                update.note,
                            )
                            for update in each.updates
                        ),
                    ),
                    case_id=case_id,
                ),
            ),
        )


def referrals_of(whom: Whom) -> Sequence[Referral]:
    """Their own, with what is shown of each. Three queries."""
    return db.session.scalars(
        select(Referral)
        .where(Referral.person_id.in_(whom.ids))
        .order_by(Referral.opened_at, Referral.id)
        .options(
            joinedload(Referral.provider).joinedload(Provider.agency),
            joinedload(Referral.referrer_agency),
            selectinload(Referral.moves),
            selectinload(Referral.consents),
            raiseload("*"),
        )
    ).all()


def put_referrals(shelf: Shelf, referrals: Sequence[Referral], write: Writer) -> None:
    """Stages, days, consents, what came of it, and what the pathway shows to whoever referred."""
    for each in referrals:
        at = f"referral:{each.id}"
        steps = [
            (f"Stage since {in_words(move.at)}", move.to_title)
            for move in each.moves
            if move.step in (Step.MOVE, Step.REOPEN)
        ]
        shelf.put(
            each.provider.agency_id,
            Kind.REFERRALS,
            Entry(
                title=f"Referral {each.ref}: {each.pathway_title}",
                facts=facts(
                    ("Made by", each.referrer_agency.name),
                    ("On", local_date(each.opened_at)),
                    *steps,
                    ("Closed", _day(each.closed_at)),
                ),
                texts=write.several(
                    (
                        *(
                            (row.label, f"{at}:row:{n}", row.value)
                            for n, row in enumerate(rows_for(each.rows, AUDIENCES))
                        ),
                        *(
                            (_consent(consent), f"{at}:consent:{consent.id}", consent.label)
                            for consent in each.consents
                        ),
                        ("What came of it", f"{at}:outcome", each.outcome),
                    )
                ),
            ),
        )


def _consent(consent: ReferralConsent) -> str:
    """How it stands. Whose it is may be somebody's name, and is a text."""
    day = consent.withdrawn_on or consent.refused_on or consent.given_on
    return f"Consent, {consent_state(consent)}" + (f" on {in_words(day)}" if day is not None else "")


def put_contact(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """What they were promised as complainant or victim, and each time that somebody was in touch. Two queries."""
    cases = {case.id: case for case in whom.cases}
    plans = db.session.scalars(
        select(ContactPlan)
        .where(ContactPlan.person_id.in_(whom.ids), ContactPlan.case_id.in_(cases))
        .order_by(ContactPlan.id)
        .options(raiseload("*"))
    ).all()
    for plan in plans:
        at, case = f"contact:{plan.id}", cases[plan.case_id]
        texts = (
            ("Named contact", f"{at}:name", plan.contact_name),
            ("How to reach them", f"{at}:details", plan.contact_details),
            ("How the person is reached", f"{at}:reach", plan.reach),
            ("How to contact the person safely", f"{at}:instruction", plan.instruction),
            ("Support offered", f"{at}:what", plan.support_what),
            ("Support offered by", f"{at}:by", plan.support_by),
            ("The way to complain, as it was given", f"{at}:complaint", plan.complaint_text),
        )
        shelf.put(
            plan.agency_id or case.lead_agency_id,
            Kind.CONTACT,
            Entry(
                title=f"Case {case.ref}",
                facts=facts(
                    ("Agreed on", plan.agreed_on),
                    ("Way", plan.way),
                    ("Updates", plan.interval),
                    ("Support offered on", plan.support_offered_on),
                    ("Answer", plan.support_answer),
                    ("The way to complain was given on", plan.complaint_given_on),
                ),
                texts=write.several(texts),
            ),
        )
    by_id = {plan.id: plan for plan in plans}
    entries = db.session.scalars(
        select(ContactEntry)
        .where(ContactEntry.plan_id.in_(by_id))
        .order_by(ContactEntry.made_on, ContactEntry.id)
        .options(raiseload("*"))
    )
    for entry in entries:
        case = cases[by_id[entry.plan_id].case_id]
        at = f"contact-entry:{entry.id}"
        shelf.put(
            entry.agency_id or case.lead_agency_id,
            Kind.CONTACT,
            Entry(
                title=f"Case {case.ref}, {in_words(entry.made_on)}",
                facts=facts(("What", entry.kind), ("Way", entry.way), ("Struck out", entry.struck_at is not None)),
                texts=(
                    *write.held("What was said", f"{at}:said", entry.said),
                    *write.held("By", f"{at}:by", entry.by),
                    *write.held("Why it was struck out", f"{at}:struck", entry.struck_reason),
                ),
            ),
        )


def put_copies(shelf: Shelf, whom: Whom, *, but_for: int) -> None:
    """What they were given of minutes, and what earlier requests of theirs led to. Two queries."""
    issued = db.session.execute(
        select(SubjectAccessCopy.issued_at, Meeting.ref)
        .join(Minutes, Minutes.id == SubjectAccessCopy.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(SubjectAccessCopy.person_id.in_(whom.ids), SubjectAccessCopy.issued_at.is_not(None))
        .order_by(SubjectAccessCopy.id)
    )
    for issued_at, ref in issued:
        shelf.put(None, Kind.COPIES, Entry(title=f"Of the minutes {ref}", facts=facts(("Issued", _day(issued_at)))))
    earlier = db.session.scalars(
        select(AccessRequest)
        .where(
            AccessRequest.person_id.in_(whom.ids),
            AccessRequest.id != but_for,
            or_(AccessRequest.released_at.is_not(None), AccessRequest.ended_at.is_not(None)),
        )
        .order_by(AccessRequest.id)
        .options(raiseload("*"))
    )
    for request in earlier:
        shelf.put(
            None,
            Kind.COPIES,
            Entry(
                title=f"Request {request.ref}",
                facts=facts(
                    ("Received", request.received_on),
                    ("Released", _day(request.released_at)),
                    ("Closed without a pack", request.ending),
                ),
            ),
        )


def _day(moment: datetime | None) -> date | None:
    return local_date(moment) if moment is not None else None
