"""Forms of the diary."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from core.clock import at_local, local_date
from core.errors import Refused
from core.meetings.diary.changes import Terms
from core.meetings.diary.operations import (
    ENDS_FIRST,
    IN_THE_PAST,
    LONGEST,
    NO_PLACE,
    TOO_LONG,
    terms_as_stored,
    when_and_where,
)
from core.meetings.models import Meeting, Series
from core.meetings.schedule import (
    ENDS_BEFORE_IT_STARTS,
    MOST_WEEKS,
    NTH,
    Frequency,
    OnBankHoliday,
    Rule,
    Weekday,
)
from core.partnerships.models import Group
from core.web.forms import (
    SHORT_TEXT,
    ClockField,
    DayField,
    Form,
    Required,
    VersionedForm,
    WholeNumberField,
    at_most,
    given,
    held,
    say,
)
from core.working_days import bank_holiday, years_known

BANK_HOLIDAY = "This day is a bank holiday: {holiday}. Choose another date, or tick that you meet all the same"
ANY_DAY = date(2026, 1, 5)
LONGEST_LINK = 500
LONGEST_REASON = 2_000


class PlaceAndTime:
    """The fields that say when and where, and what they must add up to."""

    day = DayField("Date", [Required("Enter the date of the meeting")], what="The date of the meeting")
    starts = ClockField("Starts", [Required("Enter the time at which it starts")])
    ends = ClockField("Ends", [Required("Enter the time at which it ends")])
    venue = StringField("Venue", [at_most(SHORT_TEXT, "Venue")])
    online_link = StringField("Link for those who join online", [at_most(LONGEST_LINK, "Link")])

    all_the_same = BooleanField("Meet on this bank holiday all the same")

    @property
    def starts_at(self) -> datetime:
        """The moment at which it starts; only of a form that is valid."""
        return at_local(held(self.day.data), held(self.starts.data))

    @property
    def ends_at(self) -> datetime:
        """The moment at which it ends."""
        return at_local(held(self.day.data), held(self.ends.data))

    def as_of(self, now: datetime) -> Self:
        """This form, checked as of that moment."""
        self.now = now
        return self

    def check_together(self) -> None:
        """A day that can be, an end after the start, a bank holiday only on purpose, and a place."""
        day = self._known_day()
        if given(self.starts, self.ends):
            # On a day that is wrong itself, the hours are compared as on any other.
            starts, ends = (at_local(day or ANY_DAY, held(field.data)) for field in (self.starts, self.ends))
            if ends <= starts:
                say(self.ends, ENDS_FIRST)
            elif ends - starts > LONGEST:
                say(self.ends, TOO_LONG)
        if day is not None:
            if day < local_date(self.now) or (given(self.starts) and self.starts_at <= self.now):
                say(self.day, IN_THE_PAST)
            holiday = bank_holiday(day)
            if holiday and not self.all_the_same.data:
                say(self.all_the_same, BANK_HOLIDAY.format(holiday=holiday))
        check_place(self)

    def _known_day(self) -> date | None:
        """The day, if it is one whose bank holidays are known."""
        if not given(self.day):
            return None
        day, years = held(self.day.data), years_known()
        if day.year in years:
            return day
        say(self.day, f"The date of the meeting must be before {years[-1] + 1}")
        return None


class MeetingForm(PlaceAndTime, Form):
    """A meeting outside any series."""

    title = StringField("Title", [at_most(SHORT_TEXT, "Title")])

    @classmethod
    def for_group(cls, group: Group) -> "MeetingForm":
        """Empty, but for where the group meets."""
        form: MeetingForm = cls(venue=group.venue)
        return form


class MoveForm(PlaceAndTime, VersionedForm):
    """Another date, time or place."""

    @classmethod
    def of(cls, meeting: Meeting) -> "MoveForm":
        """With the meeting's present values."""
        form: MoveForm = cls(version=str(meeting.version), **when_and_where(meeting))
        return form


class CancelForm(VersionedForm):
    """Why a meeting does not take place."""

    reason = TextAreaField(
        "Why is it cancelled?",
        [Required("Say why the meeting is cancelled"), at_most(LONGEST_REASON, "The reason")],
    )


class SeriesForm(Form):
    """A group's rule for meeting. Read twice: from the address for the preview, then from the form."""

    frequency = RadioField(
        "How often does the group meet?",
        [Required("Choose how often the group meets")],
        choices=[
            SelectChoice(Frequency.MONTHLY.value, "By the month, on the same weekday"),
            SelectChoice(Frequency.WEEKLY.value, "Every so many weeks"),
        ],
        validate_choice=True,
    )
    nth = SelectField(
        "Which week of the month?",
        choices=[SelectChoice(str(nth), word) for nth, word in NTH.items()],
        description="Counts for a group that meets by the month",
    )
    weekday = SelectField(
        "On which day?", choices=[SelectChoice(str(int(day)), day.label) for day in Weekday], default="1"
    )
    every = WholeNumberField(
        "Every how many months or weeks?",
        f"Enter a whole number from 1 to {MOST_WEEKS}",
        least=1,
        most=MOST_WEEKS,
        default=1,
    )
    start = DayField("First date", [Required("Enter the first date")], what="The first date")
    until = DayField("Last date, if there is one", [Optional()], what="The last date")
    starts = ClockField("Starts", [Required("Enter the time at which the meetings start")])
    length_minutes = WholeNumberField(
        "Length in minutes",
        "Enter a length from 10 to 720 minutes",
        least=10,
        most=int(LONGEST.total_seconds() // 60),
    )
    venue = StringField("Venue", [at_most(SHORT_TEXT, "Venue")])
    online_link = StringField("Link for those who join online", [at_most(LONGEST_LINK, "Link")])
    on_bank_holiday = RadioField(
        "What happens on a bank holiday?",
        [Required("Choose what happens on a bank holiday")],
        choices=[
            SelectChoice(OnBankHoliday.MOVE.value, "Move the meeting to the next working day"),
            SelectChoice(OnBankHoliday.SKIP.value, "Skip the meeting"),
        ],
        default=OnBankHoliday.MOVE.value,
    )

    def as_of(self, today: date) -> Self:
        """This form, checked as of that day."""
        self.today = today
        return self

    def check_together(self) -> None:
        """A first date that can be, a rule that gives meetings, and a place."""
        start = self.start.data if given(self.start) else None
        if start is not None:
            if start.year not in years_known() or start > self.today + timedelta(days=365):
                say(self.start, "The first date must be within the next 12 months")
            elif start < self.today:
                say(self.start, "The first date must not be in the past")
        if given(self.frequency, self.nth, self.weekday, self.every, self.on_bank_holiday) and not self.until.errors:
            until = self.until.data if start is not None else None
            try:
                self._rule(start or self.today, until)
            except Refused as refused:
                say(self.until if refused.reason == ENDS_BEFORE_IT_STARTS else self.every, refused.reason)
        check_place(self)

    def _rule(self, start: date, until: date | None) -> Rule:
        frequency = Frequency(self.frequency.data)
        return Rule(
            frequency=frequency,
            weekday=Weekday(int(self.weekday.data)),
            start=start,
            every=self.every.data,
            nth=int(self.nth.data) if frequency is Frequency.MONTHLY else None,
            until=until,
            on_bank_holiday=OnBankHoliday(self.on_bank_holiday.data),
        )

    @property
    def rule(self) -> Rule:
        """The rule. For a form that was validated."""
        return self._rule(held(self.start.data), self.until.data)

    @property
    def terms(self) -> Terms:
        """The rule with time and place. For a form that was validated."""
        return Terms(
            self.rule,
            held(self.starts.data),
            self.length_minutes.data,
            self.venue.data or "",
            self.online_link.data or "",
        )

    @classmethod
    def for_group(cls, group: Group) -> "SeriesForm":
        """Empty, but for what is known of the group."""
        form: SeriesForm = cls(
            frequency=Frequency.MONTHLY.value, venue=group.venue, length_minutes=group.length_minutes
        )
        return form


class ChangeSeriesForm(SeriesForm, VersionedForm):
    """Another rule, time or place for a series, from a day on. Read twice, as the one that sets it up."""

    start = DayField(
        "From which date on?", [Required("Enter the date from which this holds")], what="The date from which this holds"
    )

    @classmethod
    def of_series(cls, series: Series, *, today: date) -> "ChangeSeriesForm":
        """With the series' present values, to hold from today on."""
        stored = terms_as_stored(Terms.of(series))
        start = max(today, Terms.of(series).rule.start)
        form: ChangeSeriesForm = cls(**stored, start=start, version=str(series.version))
        return form


def check_place(form: Any) -> None:
    """A venue or a link must be given, and a link is one that a browser opens."""
    if not (form.venue.data or form.online_link.data):
        say(form.venue, NO_PLACE)
    if form.online_link.data and not form.online_link.data.lower().startswith(("https://", "http://")):
        say(form.online_link, "The link must begin with https://")
