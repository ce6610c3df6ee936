"""What is held of the person themself, of their cases, and of what was reported in them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.accounts.models import User
from core.cases.models import Case, CaseEvent, CaseIncident
from core.clock import local_date
from core.dates import in_words
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import MaskReason
from core.people.models import Person
from core.subject_access.gathering.shelf import Kind, Shelf, Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.pack import Entry, Fact, Held

CONSENT = "consent"
"""Kind of the lines of a timeline about what was given in a complaint."""


def put_details(shelf: Shelf, whom: Whom, *, keeps_address: bool) -> None:
    """Their records, with the address: a protected one is theirs to read, and nobody else's."""
    for n, each in enumerate(whom.records):
        kept = whom.hidden.get(each.id, each)
        address = "\n".join(part for part in (kept.address, kept.postcode) if part)
        closed = kept is not each and keeps_address
        texts = [
            Held(
                label="Protected address" if kept is not each else "Address",
                place=f"person:{each.id}:address",
                text=address,
                whole=MaskReason.SERIOUS_HARM if closed else None,
                fixed=closed,
                sealed=kept is not each,
            ),
            Held(label="Tenure", place=f"person:{each.id}:tenure", text=each.tenure),
            Held(label="Support needs", place=f"person:{each.id}:support", text=each.support_needs),
        ]
        shelf.put(
            None,
            Kind.DETAILS,
            Entry(
                title=f"Record {each.ref}" + (", now part of the first" if n else ""),
                facts=_of(each),
                texts=tuple(text for text in texts if text.text.strip()),
            ),
        )


def _of(person: Person) -> tuple[Fact, ...]:
    return facts(
        ("Name", person.name),
        ("Known as", person.known_as),
        ("Date of birth", person.date_of_birth),
    )


def put_cases(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """Each case under its lead agency, and to whom that opened it."""
    about = whom.about_them
    for case in whom.cases:
        shelf.put(case.lead_agency_id, Kind.CASES, _case(case, whom, write, is_about=case.id in about))
        for link in case.agencies:
            at = f"case:{case.id}:agency:{link.agency_id}"
            shelf.put(
                case.lead_agency_id,
                Kind.TOLD,
                Entry(
                    title=f"Case {case.ref} was opened to an agency",
                    silent=True,
                    texts=(
                        *write.to_whom(f"{at}:to", f"{link.agency.name}, since {in_words(link.since)}", case.id),
                        *write.held("Lawful basis", f"{at}:basis", link.basis, case_id=case.id),
                        *write.held("What for", f"{at}:purpose", link.purpose, case_id=case.id),
                    ),
                ),
            )


def _case(case: Case, whom: Whom, write: Writer, *, is_about: bool) -> Entry:
    at, limit = f"case:{case.id}", write.withheld.cases.get(case.id, "")
    known, kept_back = write.details(
        f"{at}:details",
        case.id,
        ("Kind", case.kind),
        ("About", case.category),
        ("Opened", case.opened_on),
        ("Status", case.status),
        ("Risk", case.risk if is_about else ""),
        ("Hate incident", case.hate_incident),
        ("Closed", case.closed_on),
        ("Why it was closed", case.closing_reason),
    )
    return Entry(
        title=f"Case {case.ref}",
        facts=known,
        silent=not is_about,
        texts=(
            *write.held("Named as", f"{at}:role", ", ".join(dict.fromkeys(whom.roles[case.id]))),
            *kept_back,
            *write.held("Title", f"{at}:title", case.title, case_id=case.id, limit=limit),
            *write.held("Summary", f"{at}:summary", case.summary, case_id=case.id, limit=limit),
            *write.held("What was achieved", f"{at}:outcome", case.outcome, case_id=case.id),
        ),
    )


def put_history(shelf: Shelf, whom: Whom, write: Writer) -> None:
    """The lines of the cases' timelines, and the incidents. Three queries."""
    refs = {case.id: case for case in whom.cases}
    events = db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id.in_(refs))
        .order_by(CaseEvent.case_id, CaseEvent.at, CaseEvent.id)
        .options(raiseload("*"))
    )
    for event in events:
        case = refs[event.case_id]
        at = f"event:{event.id}"
        shelf.put(
            event.agency_id or case.lead_agency_id,
            Kind.HISTORY,
            Entry(
                title=f"Case {case.ref}",
                facts=facts(("On", local_date(event.at))),
                texts=(
                    *write.held(
                        "What happened",
                        f"{at}:text",
                        event.text,
                        case_id=case.id,
                        # What somebody who complained said to the use of it.
                        whole=MaskReason.SOURCE if event.kind == CONSENT else None,
                    ),
                    *write.held("Why", f"{at}:note", event.note, case_id=case.id),
                ),
            ),
        )
    incidents = db.session.scalars(
        select(CaseIncident)
        .where(CaseIncident.case_id.in_(refs), CaseIncident.removed_at.is_(None))
        .order_by(CaseIncident.happened_on, CaseIncident.id)
        .options(raiseload("*"))
    )
    for incident in incidents:
        limit, at = write.withheld.incidents.get(incident.id, ""), f"incident:{incident.id}"
        known, kept_back = write.details(
            f"{at}:details",
            incident.case_id,
            # Of what is not to be told, the day and whom it was told to would show who told it.
            *(() if limit else (("Happened on", incident.happened_on), ("Hate incident", incident.hate))),
        )
        told = write.held("What was reported", at, incident.what, case_id=incident.case_id, limit=limit)
        shelf.put(
            None if limit else incident.reported_to_id,
            Kind.INCIDENTS,
            Entry(title=f"Case {refs[incident.case_id].ref}", facts=known, texts=(*kept_back, *told), silent=True),
        )
    for emergency in _emergencies(refs):
        shelf.put(
            emergency.agency_id,
            Kind.TOLD,
            Entry(
                title=f"Case {refs[emergency.case_id or 0].ref} was asked for in an emergency",
                silent=True,
                texts=(
                    *write.to_whom(f"emergency:{emergency.id}:on", _asked(emergency), emergency.case_id or 0),
                    *write.held("Why", f"emergency:{emergency.id}", emergency.reason, case_id=emergency.case_id),
                ),
            ),
        )


def _asked(emergency: Emergency) -> str:
    opened = "opened to them" if emergency.ends_at is not None else "not opened"
    return f"The agency that asked, on {in_words(local_date(emergency.asked_at))}: {opened}"


def _emergencies(cases: dict[int, Case]) -> Sequence[Emergency]:
    return db.session.scalars(
        select(Emergency).where(Emergency.case_id.in_(cases)).order_by(Emergency.id).options(raiseload("*"))
    ).all()


def names_of_accounts(user_ids: set[int]) -> dict[int, str]:
    """Account id -> name."""
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())
