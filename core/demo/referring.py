"""The story's referrals, from the case page or the meeting, with their consents and moves."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core import plugin_host
from core.clock import at_local, local_date
from core.demo.cast import Cast, Timeline, Told
from core.extensions import db
from core.meetings.models import AgendaItem
from core.partnerships.models import Provider
from core.policy.room import ItemInRoom
from core.recording.models import Attendance
from core.referrals.consents import give_consent, withdraw_consent
from core.referrals.facts import facts_before, facts_of
from core.referrals.operations import move, refer
from core.referrals.queries import case_to_refer_from, referral_of


class Referring:
    """Makes referrals, and plans what comes after them."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        self.cast, self.timeline = cast, timeline
        self._made: dict[int, int] = {}

    def between_meetings(self, told: Told) -> None:
        """A referral from the case page, on a day of its own."""
        at = at_local(self.cast.day(told["day"]), time(11))
        self.timeline.at(at, partial(self._refer, told, None))
        self._plan_rest(told, lambda each, hour: at_local(self.cast.day(each), time(hour)), "given_day", "day")

    def plan_after_meeting(self, told: Told, starts: datetime) -> None:
        """The consents and moves that follow a referral made in a meeting."""
        self._plan_rest(
            told,
            lambda each, hour: at_local(local_date(starts) + timedelta(days=each), time(hour)),
            "given_after",
            "after",
        )

    def in_meeting(self, told: Told, item: AgendaItem, at: datetime) -> None:
        """A referral made while the item is heard."""
        self._refer(told, item, at)

    def _plan_rest(self, told: Told, when: Any, consent_day: str, move_day: str) -> None:
        for consent in told.get("consents", ()):
            if consent_day in consent:
                self._plan(when(consent[consent_day], 12), partial(self._consent, told, consent))
            if "withdrawn_day" in consent:
                self._plan(when(consent["withdrawn_day"], 15), partial(self._withdrawal, told, consent))
        for place, step in enumerate(told.get("moves", ())):
            self._plan(when(step[move_day], 14) + timedelta(minutes=place), partial(self._move, told, step))

    def _plan(self, moment: datetime, what: Any) -> None:
        """What would come after the telling has not happened yet."""
        if moment <= self.cast.now:
            self.timeline.at(moment, what)

    def _refer(self, told: Told, item: AgendaItem | None, at: datetime) -> None:
        actor = self.cast.actor(told["by"], at)
        ref = told["case"] if item is None else None
        case_id = self.cast.case(ref).id if ref is not None else item.case_id if item is not None else None
        assert case_id is not None
        line = None
        if item is not None:
            line = db.session.scalars(
                select(Attendance).where(Attendance.meeting_id == item.meeting_id, Attendance.user_id == actor.user_id)
            ).one()
        pathway = plugin_host.pathway(told["pathway"], self.cast.partnership_id)
        assert pathway is not None
        case, person, provider = case_to_refer_from(case_id), self.cast.person(told["person"]), self._provider(told)
        with current_app.test_request_context():
            form = pathway.form(formdata=MultiDict(told["form"]))
            form.prepare(facts_before(case, person, provider, pathway), local_date(at))
            for field in form:
                if field.name.endswith("_on"):
                    field.data = local_date(at)
                elif field.type in ("RadioField", "SelectMultipleField") and field.data:
                    field.data = _chosen(field, field.data)
            payload = pathway.payload(form)
        made = refer(
            actor,
            case=case,
            person=person,
            provider=provider,
            payload=payload,
            now=at,
            at=ItemInRoom(item, line) if item is not None else None,
        )
        self._made[id(told)] = made.id

    def _provider(self, told: Told) -> Provider:
        return db.session.scalars(
            select(Provider).where(
                Provider.partnership_id == self.cast.partnership_id,
                Provider.pathway_key == told["pathway"],
                Provider.agency_id == self.cast.agency(told["provider"]).id,
            )
        ).one()

    def _consent(self, told: Told, consent: Told, at: datetime) -> None:
        referral = referral_of(self._made[id(told)])
        own = f"{consent['key']}_{self.cast.person(consent['person']).id}" if "person" in consent else ""
        give_consent(
            self.cast.actor(told["by"], at),
            referral=referral,
            key=own if any(each.key == own for each in referral.consents) else consent["key"],
            given_on=local_date(at),
            now=at,
            note=consent.get("note", ""),
        )

    def _withdrawal(self, told: Told, consent: Told, at: datetime) -> None:
        withdraw_consent(
            self.cast.actor(consent["by"], at),
            referral=referral_of(self._made[id(told)]),
            key=consent["key"],
            withdrawn_on=local_date(at),
            now=at,
            note=consent.get("note", ""),
        )

    def _move(self, told: Told, step: Told, at: datetime) -> None:
        referral = referral_of(self._made[id(told)])
        move(
            self.cast.actor(step["by"], at),
            referral=referral,
            transition=step["transition"],
            now=at,
            version=referral.version,
            answers=self._answers(told["pathway"], referral.id, step, local_date(at)),
            measures=step.get("measures"),
            note=step.get("note", ""),
        )

    def _answers(self, pathway_key: str, referral_id: int, step: Told, on: date) -> Mapping[str, Any]:
        """What the move's form asks, filled in from the story: days with that of the move, choices by their start."""
        pathway = plugin_host.pathway(pathway_key, self.cast.partnership_id)
        assert pathway is not None
        kind = pathway.transition(step["transition"]).form
        if kind is None:
            return {}
        with current_app.test_request_context():
            form = kind(formdata=MultiDict())
            form.prepare(facts_of(referral_of(referral_id), pathway), on)
            for field in form:
                told = step.get(field.name)
                if field.name.endswith("_on"):
                    field.data = on if told is None else self.cast.day(told)
                elif told is not None and getattr(field, "choices", None):
                    field.data = _chosen(field, told)
                elif told is not None:
                    field.data = told
            answers: Mapping[str, Any] = form.answers()
            return answers


def _chosen(field: Any, told: str | list[str]) -> str | list[str]:
    """The choice that the story names by its value, or by what its label begins with; of several, each."""
    if isinstance(told, list):
        return [str(_chosen(field, each)) for each in told]
    found = (choice.value for choice in field.choices if told in (choice.value, choice.label.split(",")[0]))
    return str(next(found))
