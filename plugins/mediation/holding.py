"""What the mediators hold about one party, for the copy that they asked for; what the other one said is masked."""

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select

from core.plugin_api import HeldRecord, HeldText, in_its_words, session
from plugins.mediation.dispute import KINDS, Kind, Party
from plugins.mediation.models import Dispute, Session, Term
from plugins.mediation.results import RESULTS


def held_about(people: Sequence[int], referral_ids: Sequence[int]) -> Iterator[HeldRecord]:
    """Each dispute to which they are a party, its visits and sessions, and what was agreed. Three queries.

    Notes of a visit to the other party, and of what was said with both, are of others: a mediator decides on them.
    """
    disputes = (
        session()
        .scalars(
            select(Dispute)
            .where(
                or_(Dispute.referral_id.in_(referral_ids), Dispute.person_id.in_(people), Dispute.other_id.in_(people))
            )
            .order_by(Dispute.referral_id)
        )
        .all()
    )
    own = {each.referral_id: Party.OTHER if each.other_id in people else Party.REFERRED for each in disputes}
    for dispute in disputes:
        yield _dispute(dispute, own[dispute.referral_id])
    sittings = session().scalars(
        select(Session).where(Session.referral_id.in_(own)).order_by(Session.held_on, Session.id)
    )
    for sitting in sittings:
        alone = sitting.kind == Kind.VISIT and sitting.party == own[sitting.referral_id]
        yield HeldRecord(
            sitting.referral_id,
            f"session:{sitting.id}",
            in_its_words(KINDS, sitting.kind),
            facts=(("On", sitting.held_on), ("With the person alone", alone)),
            texts=(
                HeldText("Mediators", sitting.mediators),
                HeldText("What they noted", sitting.note, of_others=not alone),
            ),
        )
    for term in session().scalars(select(Term).where(Term.referral_id.in_(own)).order_by(Term.id)):
        yield HeldRecord(
            term.referral_id,
            f"term:{term.id}",
            "What was agreed",
            facts=(("On", term.agreed_on), ("No longer holds since", term.dropped_on)),
            texts=(HeldText("Term", term.text),),
        )


def _dispute(dispute: Dispute, own: Party) -> HeldRecord:
    other = dispute.person_id if own is Party.OTHER else dispute.other_id
    return HeldRecord(
        dispute.referral_id,
        f"dispute:{dispute.referral_id}",
        "Mediation",
        facts=(
            ("How it ended", in_its_words(RESULTS, dispute.result)),
            ("Ended", dispute.ended_on),
        ),
        # Of a referral of somebody else's, the name that is kept here is the reader's own.
        texts=(HeldText("Other party", dispute.other_name, of_others=own is Party.REFERRED),),
        people=(other,),
    )
