"""A referral's life by chance: hypothesis makes every move, answers every form, and a plain model says what must hold.

What must hold after each step: an open stage beyond the first is reached with every consent that the pathway asks for
that day; no line of the history is lost or changed, and what it kept can be read; on a closed referral no clock runs,
nothing is paused, and nobody of the pathway's own register works on it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import plugin_host
from core.accounts.models import User
from core.clock import local_date, utc_now
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, Audience
from core.partnerships.models import Provider
from core.plugin_api.pathway import Mover, Pathway, Transition
from core.referrals import consents, handing_over, operations, pausing, queries, reopening
from core.referrals.facts import consent_states, facts_before, facts_of, progress_of
from core.referrals.machine import Consent, next_due
from core.referrals.models import Referral
from tests.support.referred_by_chance import Setting, filled_in

LONGEST = timedelta(days=500)
"""How far a life goes: bank holidays are known for some years."""


@dataclass
class Life:
    """What the model knows of one referral."""

    id: int
    worker: User
    stage: str
    open: bool = True
    paused: bool = False
    consents: dict[str, Consent] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)


class AnyLife(RuleBasedStateMachine):
    """One example of it. A subclass names the pathway and says what its referral form must be answered.

    Everything happens in one transaction, which is rolled back in the end.
    """

    pathway_key: ClassVar[str]
    setting: ClassVar[Setting]
    whom: ClassVar[tuple[str, ...]]
    """Who of the people may be referred."""
    answered: ClassVar[Mapping[str, Any]] = {}
    """Fields of the referral form in which anything else would be refused at once."""
    still_worked_on: ClassVar[Callable[[int], object]]
    """Whether the pathway's own register has it among those that go on."""
    seen: ClassVar[set[str]]
    """Every transition that was made in any life."""

    def __init__(self) -> None:
        super().__init__()
        self.began = self.now = utc_now()
        self.lives: list[Life] = []

    def teardown(self) -> None:
        """Forget it all."""
        db.session.rollback()

    @property
    def on(self) -> date:
        """Today, as the life goes."""
        return local_date(self.now)

    @property
    def pathway(self) -> Pathway[Any]:
        """The scheme, as the application runs it."""
        return plugin_host.installed()[self.pathway_key]

    def ready(self, referral: Referral, move: Transition) -> None:
        """What a move wants in the pathway's own register, made before its form is asked for."""

    @initialize(data=st.data())
    def refer(self, data: st.DataObject) -> None:
        """Somebody is referred, by the form."""
        case = queries.case_to_refer_from(self.setting.case_id)
        person = self.setting.people[data.draw(st.sampled_from(self.whom), "whom")]
        provider = self.setting.providers[0]
        facts = facts_before(case, person, provider, self.pathway)
        form = filled_in(data, self.pathway.form, facts, self.on, self.answered)
        assert form is not None, "the referral form must take what it is answered"
        made = operations.refer(
            self.setting.actor(self.setting.referrer, self.on),
            case=case,
            person=person,
            provider=provider,
            payload=self.pathway.payload(form),
            now=self.now,
        )
        self._begin(made.id, provider)

    @rule(days=st.sampled_from((1, 5, 30, 100)))
    def later(self, days: int) -> None:
        """Time goes by."""
        self.now = min(self.now + timedelta(days=days), self.began + LONGEST)

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """A move from where it is; now and then one of another stage, by somebody else, or without its form."""
        life, referral = self._one(data)
        leading_on = [move for move in self.pathway.transitions if move.source == referral.stage]
        offered = leading_on if leading_on and data.draw(st.integers(0, 9), "chance") else self.pathway.transitions
        self._move(data, life, referral, data.draw(st.sampled_from(list(offered)), "move"))

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """A move that is a step and leads to no end, where there is one: long lives need many of them."""
        life, referral = self._one(data)
        if steps := [
            move
            for move in self.pathway.transitions
            if move.source == referral.stage and not move.stays and not self.pathway.stage(move.target).closed
        ]:
            self._move(data, life, referral, data.draw(st.sampled_from(steps), "step"))

    @rule(data=st.data())
    def agree(self, data: st.DataObject) -> None:
        """Everybody whose consent is needed gives it."""
        life, referral = self._one(data)
        for key in sorted(self._needed(referral)):
            self._consent(life, self._read(life), key, Consent.GIVEN, self.on)

    @rule(
        data=st.data(),
        what=st.sampled_from((Consent.GIVEN, Consent.GIVEN, Consent.REFUSED, Consent.WITHDRAWN)),
        before=st.integers(-1, 3),
    )
    def answer(self, data: st.DataObject, what: Consent, before: int) -> None:
        """One of them says something, on some day."""
        life, referral = self._one(data)
        keys = [*sorted(self._needed(referral) | life.consents.keys()), "nobody"]
        key = data.draw(st.sampled_from(keys), "whose")
        self._consent(life, referral, key, what, self.on - timedelta(days=before))

    @rule(data=st.data(), days=st.sampled_from((0, 1, 60)))
    def pause(self, data: st.DataObject, days: int) -> None:
        """It stands still."""
        life, referral = self._one(data)
        told = {"reason": "In hospital", "back_on": self.on + timedelta(days=days), "version": referral.version}
        could = life.open and not life.paused and days > 0
        done = self._done(lambda: pausing.pause(self._worker(life), referral=referral, now=self.now, **told))
        assert done == could, "only what is open and goes on can be paused, until a day to come"
        if done:
            life.paused = True
            self._told(life, 1)
            assert self._read(life).stage_due == told["back_on"]

    @precondition(lambda self: any(life.paused for life in self.lives))
    @rule()
    def resume(self) -> None:
        """It goes on."""
        life = next(life for life in self.lives if life.paused)
        told = {"referral": self._read(life), "version": self._read(life).version, "now": self.now}
        assert self._done(lambda: pausing.resume(self._worker(life), **told))
        life.paused = False
        self._told(life, 1)

    @precondition(lambda self: any(not life.open for life in self.lives))
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        """A closed one is opened again, unless somebody said no."""
        life = data.draw(st.sampled_from([life for life in self.lives if not life.open]), "which")
        referral = self._read(life)
        told = {"reason": "Once more", "version": referral.version, "now": self.now}
        if self._done(lambda: reopening.reopen(self._worker(life), referral=referral, **told)):
            life.open, life.stage = True, self._read(life).stage
            assert life.stage in (self.pathway.reopened, self.pathway.stages[0].key)
            self._told(life, 1)
            self._arrived(life)

    @rule(data=st.data(), agreed=st.sampled_from((True, True, False)))
    def hand_over(self, data: st.DataObject, agreed: bool) -> None:
        """The other provider takes it over."""
        life, referral = self._one(data)
        other = next(each for each in self.setting.providers if each.id != referral.provider_id)
        made: list[int] = []

        def go() -> None:
            new = handing_over.hand_over(
                self._worker(life),
                referral=referral,
                provider=other,
                agreed_on=self.on if agreed else None,
                reason="Nearer",
                version=referral.version,
                now=self.now,
            )
            made.append(new.id)

        if self._done(go):
            assert agreed or not self._needed(self._read(life)), "nobody's details are passed before they agree"
            life.open, life.paused, life.stage = False, False, self.pathway.halted
            self._told(life, 1)
            self._begin(made[0], other)

    @invariant()
    def nothing_is_lost_and_what_is_closed_is_at_rest(self) -> None:
        """Of every referral, as it is read back."""
        for life in self.lives:
            referral = self._read(life)
            assert [_line(move) for move in referral.moves] == life.history, "a line of the history was lost or changed"
            assert referral.stage == life.stage
            assert consent_states(referral.consents) == life.consents | {
                each.key: Consent.NOT_ASKED for each in referral.consents if each.key not in life.consents
            }
            progress, facts = progress_of(referral), facts_of(referral, self.pathway)
            assert (progress.paused_since is not None, referral.paused_on is not None) == (life.paused, life.paused)
            assert (referral.closed_at is None, progress.closed_on is None) == (life.open, life.open)
            if not life.open:
                assert referral.stage_due is None, "a clock runs on a closed referral"
                assert next_due(self.pathway, facts.payload, progress) is None
                assert not [part for part in referral.partners if part.until is None]
                assert not type(self).still_worked_on(referral.id), "the register goes on with a closed referral"
                assert referral.outcome
        open_now = [life for life in self.lives if life.open]
        assert len(open_now) <= 1, "somebody is at one provider at a time"

    def _begin(self, referral_id: int, provider: Provider) -> None:
        referral = self._load(referral_id)
        states = consent_states(referral.consents)
        life = Life(
            referral_id,
            self.setting.workers[provider.id],
            self.pathway.stages[0].key,
            consents={key: state for key, state in states.items() if state is not Consent.NOT_ASKED},
        )
        self.lives.append(life)
        self._told(life, 1)

    def _move(self, data: st.DataObject, life: Life, referral: Referral, move: Transition) -> None:
        self.ready(referral, move)
        referral = self._read(life)
        answers: Mapping[str, Any] = {}
        if move.form is not None and move.source == referral.stage:
            form = filled_in(data, move.form, facts_of(referral, self.pathway), self.on)
            if form is None:
                return  # what was typed will not do
            answers = json.loads(json.dumps(form.answers()))
        measures = {
            each.key: data.draw(st.sampled_from([key for key, _ in each.answers]), each.key)
            for each in (self.pathway.outcomes() if move.measures_outcome else ())
        }
        by = sorted(Mover)[data.draw(st.integers(0, 2), "by")] if not data.draw(st.integers(0, 9)) else min(move.by)
        asked = {key for key in self._needed(referral) if move.every_consent or key in move.consents}
        missing = {key for key in asked if life.consents.get(key) is not Consent.GIVEN}
        done = self._done(
            lambda: operations.move(
                self._by(life, by),
                referral=referral,
                transition=move.key,
                now=self.now,
                version=referral.version,
                answers=answers,
                measures=measures,
            )
        )
        if not done:
            return
        assert life.open and move.source == life.stage, f"{move.key} was made from {life.stage}"
        assert by in move.by, f"{move.key} was made by the {by}"
        assert move.stays or not life.paused, f"{move.key} was made while it was paused"
        assert not missing, f"{move.key} was made without the consent of {missing}"
        type(self).seen.add(move.key)
        self._told(life, 1)
        if not move.stays:
            life.stage, life.open = move.target, not self.pathway.stage(move.target).closed
            self._arrived(life)

    def _arrived(self, life: Life) -> None:
        """An open stage beyond the first wants every consent that the pathway asks for that day."""
        if life.open and life.stage != self.pathway.stages[0].key:
            needed = self._needed(self._read(life))
            missing = {key for key in needed if life.consents.get(key) is not Consent.GIVEN}
            assert not missing, f"came to {life.stage} without the consent of {missing}"

    def _consent(self, life: Life, referral: Referral, key: str, what: Consent, day: date) -> None:
        operation, name = {
            Consent.GIVEN: (consents.give_consent, "given_on"),
            Consent.REFUSED: (consents.refuse_consent, "refused_on"),
            Consent.WITHDRAWN: (consents.withdraw_consent, "withdrawn_on"),
        }[what]
        needed = self._needed(referral)
        halting = {each.key for each in self.pathway.consents(facts_of(referral, self.pathway), self.on) if each.halts}
        told = {"referral": referral, "key": key, name: day, "now": self.now}
        if not self._done(lambda: operation(self._worker(life), **told)):
            return
        assert life.open and day <= self.on and key in needed | life.consents.keys() | _asked(referral)
        before = life.consents.get(key)
        life.consents[key] = Consent.WITHDRAWN if what is Consent.REFUSED and before is Consent.WITHDRAWN else what
        if what is not Consent.GIVEN and key in halting:
            life.stage, life.open, life.paused = self.pathway.halted, False, False
            self._told(life, 1)

    def _needed(self, referral: Referral) -> set[str]:
        return {each.key for each in self.pathway.consents(facts_of(referral, self.pathway), self.on)}

    def _one(self, data: st.DataObject) -> tuple[Life, Referral]:
        """The one that goes on, as a rule; now and then another."""
        going_on = [life for life in self.lives if life.open] or self.lives
        life = data.draw(st.sampled_from(self.lives if not data.draw(st.integers(0, 9)) else going_on), "which")
        return life, self._read(life)

    def _worker(self, life: Life) -> Actor:
        return self.setting.actor(life.worker, self.on)

    def _by(self, life: Life, mover: Mover) -> Actor:
        user = {Mover.PROVIDER: life.worker, Mover.REFERRER: self.setting.referrer, Mover.CHAIR: self.setting.chair}
        return self.setting.actor(user[mover], self.on)

    def _read(self, life: Life) -> Referral:
        return self._load(life.id)

    def _load(self, referral_id: int) -> Referral:
        db.session.flush()
        db.session.expire_all()
        return queries.referral_of(referral_id)

    def _told(self, life: Life, lines: int) -> None:
        """So many lines came to its history; each can be read, by the pathway and by those for whom its rows are."""
        moves = self._read(life).moves
        new = moves[len(life.history) :]
        assert len(new) == lines, f"{len(new)} lines came to the history, not {lines}"
        for move in new:
            kept = self.pathway.load(move.payload, move.payload_version)
            assert json.loads(json.dumps(self.pathway.dump(kept))) == move.payload
            assert all(set(row["audiences"]) <= set(Audience) for row in move.rows) and move.rows and move.summary
            life.history.append(_line(move))

    def _done(self, operation: Callable[[], object]) -> bool:
        """Whether a rule let it be done; if not, nothing of it is left."""
        try:
            with db.session.begin_nested():
                operation()
        except Refused as refused:
            assert refused.reason
            return False
        return True


def _line(move: Any) -> str:
    kept = (move.from_stage, move.to_stage, move.to_title, move.step, move.note, move.payload, move.payload_version)
    return json.dumps([*kept, move.summary, move.rows, move.at.isoformat()], sort_keys=True, ensure_ascii=False)


def _asked(referral: Referral) -> set[str]:
    return {each.key for each in referral.consents}
