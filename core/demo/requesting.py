"""The story of those who asked what is held about them, and how far the data protection lead has come."""

from datetime import datetime, time
from functools import partial

from core.clock import at_local, local_date
from core.demo.cast import Cast, Timeline, Told
from core.policy.subject_access import RequestAbout
from core.subject_access import operations, packing, queries
from core.subject_access.lists import Arrived, AskedBy
from core.subject_access.operations import Asked


class Requesting:
    """One request. Days are counted from the day on which the demonstration is built."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told) -> None:
        self.cast, self.told, self._id = cast, told, 0
        for step, hour, does in (
            ("entered", 10, self._enter),
            ("shown", 11, self._show),
            ("drawn", 14, self._draw),
        ):
            if step in told:
                timeline.at(at_local(cast.day(told[step]), time(hour)), partial(does))

    def _enter(self, at: datetime) -> None:
        told = self.told
        person = self.cast.person(told["person"]) if "person" in told else None
        asked = Asked(
            about_name=told.get("name", ""),
            asked_by=AskedBy(told["asked_by"]),
            asker_name=told.get("asker", ""),
            authority=told.get("authority", ""),
            shares_home=told.get("shares_home", False),
            arrived=Arrived(told["arrived"]),
            received_on=self.cast.day(told["received"]),
            reply_to=told["reply_to"],
        )
        self._id = operations.enter(self.cast.actor(told["by"], at), asked, person=person, now=at).id

    def _show(self, at: datetime) -> None:
        actor = self.cast.actor(self.told["by"], at)
        operations.show_identity(actor, self._target(), seen=self.told["showed"], on=local_date(at), now=at)

    def _draw(self, at: datetime) -> None:
        packing.draw(self.cast.actor(self.told["by"], at), self._target(), now=at)

    def _target(self) -> RequestAbout:
        found = queries.request_of(self._id)
        assert found is not None
        return queries.about(found)
