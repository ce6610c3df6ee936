"""What the register holds about somebody of a household, for the copy that they asked for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from core.plugin_api import HeldRecord, HeldText, in_its_words, session
from plugins.family_intervention.family import BECAME, CHANGES, DOMAINS, KINDS, LEVELS
from plugins.family_intervention.models import Action, Family, Finding, Meeting, Member, Outcome

_In = Mapping[int, "_Of"]


class _Of:
    """A family, as one of its household reads of it: what came after they had left is about the others."""

    def __init__(self, family: Family, people: Sequence[int]) -> None:
        own = [each for each in family.members if each.person_id in people]
        self.referral_id, self.members = family.referral_id, own
        self.others = tuple(each.person_id for each in family.members if each.person_id not in people)
        days = [each.left_on for each in own]
        self._left = None if None in days or not days else max(day for day in days if day is not None)

    def is_of_others(self, on: date | None) -> bool:
        """Whether they had left by that day; of what stands now, whether they have left."""
        return self._left is not None and (on is None or on > self._left)

    def record(self, key: str, title: str, on: date | None, *texts: tuple[str, str], **facts: str) -> HeldRecord:
        """Something of the family, with its day."""
        return HeldRecord(
            self.referral_id,
            key,
            title,
            facts=(("On", on), *((label.replace("_", " ").capitalize(), value) for label, value in facts.items())),
            texts=tuple(HeldText(label, text, of_others=self.is_of_others(on)) for label, text in texts),
            people=self.others,
        )


def held_about(people: Sequence[int], referral_ids: Sequence[int]) -> Iterator[HeldRecord]:
    """Each household to which they belong or belonged, and what was found, planned and done for it. Seven queries."""
    theirs = select(Member.family_id).where(Member.person_id.in_(people))
    families = session().scalars(
        select(Family)
        .where(or_(Family.referral_id.in_(referral_ids), Family.id.in_(theirs)))
        .order_by(Family.id)
        .options(selectinload(Family.members))
    )
    found = {}
    for family in families:
        found[family.id] = of = _Of(family, people)
        yield of.record(
            f"family:{family.id}",
            "Plan for the household",
            None,
            ("Key worker", family.key_worker),
            ("Next lead practitioner", family.next_lead),
            ("Plan", family.plan),
            ("Goals", family.goals),
        )
        for member in of.members:
            yield _member(member, of)
    yield from _assessed(found)
    yield from _done(found)


def _member(member: Member, of: _Of) -> HeldRecord:
    """What is kept of themself."""
    return HeldRecord(
        of.referral_id,
        f"member:{member.id}",
        "The person in the household",
        facts=(("Date of birth", member.born), ("Since", member.since), ("Until", member.left_on)),
        texts=(
            HeldText("Name", member.name),
            HeldText("Relation", member.relation),
            HeldText("School or work", member.occupied),
            HeldText("Note", member.note),
        ),
        people=of.others,
    )


def _assessed(found: _In) -> Iterator[HeldRecord]:
    findings = session().scalars(
        select(Finding).where(Finding.family_id.in_(found)).order_by(Finding.made_on, Finding.id)
    )
    for each in findings:
        yield found[each.family_id].record(
            f"finding:{each.id}",
            f"{in_its_words(DOMAINS, each.domain)}, {'at the start' if each.round == 0 else 'at a review'}",
            each.made_on,
            ("What was found", each.note),
            level=in_its_words(LEVELS, each.level),
        )
    outcomes = session().scalars(select(Outcome).where(Outcome.family_id.in_(found)).order_by(Outcome.id))
    for outcome in outcomes:
        yield found[outcome.family_id].record(
            f"outcome:{outcome.id}",
            f"What came of it: {in_its_words(DOMAINS, outcome.domain)}",
            outcome.said_on,
            answer=in_its_words(CHANGES, outcome.change),
        )


def _done(found: _In) -> Iterator[HeldRecord]:
    actions = session().scalars(
        select(Action).where(Action.family_id.in_(found)).order_by(Action.family_id, Action.number)
    )
    for action in actions:
        yield found[action.family_id].record(
            f"action:{action.id}",
            f"Action {action.number} of the plan: {in_its_words(DOMAINS, action.domain)}",
            action.settled_on or action.due_on,
            ("What", action.what),
            ("Note", action.note),
            by=action.agency,
            became=in_its_words(BECAME, action.became),
        )
    meetings = session().scalars(
        select(Meeting).where(Meeting.family_id.in_(found)).order_by(Meeting.held_on, Meeting.id)
    )
    for meeting in meetings:
        yield found[meeting.family_id].record(
            f"meeting:{meeting.id}",
            in_its_words(KINDS, meeting.kind),
            meeting.held_on,
            ("What was said", meeting.told),
        )
