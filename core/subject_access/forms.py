"""Forms of requests for one's own data."""

from collections.abc import Mapping
from datetime import date

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from core.facts import MaskReason
from core.subject_access.lists import REFUSALS, Arrived, AskedBy, Ending, LiftReason
from core.subject_access.operations import AUTHORITY
from core.web.choices import Ticked, all_of, offered, one_of
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most, given, say

LEAVE_OUT, LOOK_AGAIN = "leave out", "look again"

EARLIEST = date(2018, 5, 25)
"""The right to a copy within a month is as old as the GDPR."""


class _Days:
    """The days of a form are days that were."""

    _today: date

    def _was(self, field: DayField) -> None:
        if given(field) and field.data is not None and not EARLIEST <= field.data <= self._today:
            raise ValidationError(f"{field.what} must be today or earlier, and after 24 May 2018")


class EnterForm(_Days, Form):
    """Who asks about whom, how, and since when."""

    about_name = StringField("What is the person’s name?", [at_most(SHORT_TEXT, "The name")])
    asked_by = RadioField("Who asks?", [Required("Choose who asks")], choices=all_of(AskedBy), coerce=one_of(AskedBy))
    asker_name = StringField("Name of whoever asks for them", [at_most(SHORT_TEXT, "The name")])
    authority = TextAreaField("What shows that they may ask for the person?", [at_most(1_000, "What shows it")])
    shares_home = BooleanField("They live, or have lived, with the person")
    arrived = RadioField(
        "How did the request come?", [Required("Choose how it came")], choices=all_of(Arrived), coerce=one_of(Arrived)
    )
    received_on = DayField(
        "When was it received?", [Required("Enter the day on which it was received")], what="The day of receipt"
    )
    reply_to = TextAreaField(
        "Where does the answer go?", [Required("Say where the answer goes"), at_most(1_000, "Where the answer goes")]
    )

    def __init__(self, *, today: date, is_held: bool) -> None:
        super().__init__()
        self._today, self._is_held = today, is_held

    def validate_received_on(self, field: DayField) -> None:
        """It was."""
        self._was(field)

    def check_together(self) -> None:
        """Whom it is about is said; and whoever asks for somebody else has a name, and shows that they may."""
        if not self._is_held and not self.about_name.data and not self.about_name.errors:
            say(self.about_name, "Enter the name that nothing is held under")
        if self.asked_by.data in (None, AskedBy.THEMSELF):
            return
        if not self.asker_name.data and not self.asker_name.errors:
            say(self.asker_name, "Enter the name of whoever asks")
        if not self.authority.data and not self.authority.errors:
            say(self.authority, AUTHORITY)


class _OnADay(_Days, Form):
    _today: date

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self._today = today


class IdentityForm(_OnADay):
    """What they showed, and when."""

    seen = TextAreaField("What did they show?", [Required("Say what they showed"), at_most(1_000, "What they showed")])
    on = DayField("When did they show it?", [Required("Enter the day on which they showed it")], what="The day")

    def validate_on(self, field: DayField) -> None:
        """It was."""
        self._was(field)


class PauseForm(_OnADay):
    """What they were asked."""

    what = TextAreaField(
        "What were they asked?", [Required("Say what they were asked"), at_most(1_000, "The question")]
    )
    on = DayField("When were they asked?", [Required("Enter the day on which they were asked")], what="The day")

    def validate_on(self, field: DayField) -> None:
        """It was."""
        self._was(field)


class ResumeForm(_OnADay):
    """When they answered."""

    on = DayField("When did they answer?", [Required("Enter the day on which they answered")], what="The day")

    def validate_on(self, field: DayField) -> None:
        """It was."""
        self._was(field)


class ExtendForm(_OnADay):
    """Why they have to wait longer, and when they were told."""

    reason = TextAreaField(
        "Why is the request complex?", [Required("Say why the request is complex"), at_most(1_000, "Your reason")]
    )
    told_on = DayField(
        "When did you tell them?",
        [Required("Enter the day on which you told them")],
        what="The day on which you told them",
    )

    def validate_told_on(self, field: DayField) -> None:
        """They have been told."""
        self._was(field)


class EndForm(_OnADay):
    """Why there is no pack."""

    ending = RadioField("Why is there no pack?", [Required("Choose why there is no pack")], coerce=one_of(Ending))
    reason = TextAreaField("What was decided, and why?", [at_most(2_000, "Your reason")])
    told_on = DayField("When were they told?", what="The day on which they were told")

    def __init__(self, *, today: date, is_held: bool) -> None:
        super().__init__(today=today)
        self.ending.choices = all_of(each for each in Ending if not (is_held and each is Ending.NOTHING_HELD))

    def validate_told_on(self, field: DayField) -> None:
        """They have been told."""
        self._was(field)

    def check_together(self) -> None:
        """But for a withdrawal they are told; and whoever refuses shows why (UK GDPR, article 12(4) and (5))."""
        if self.ending.data not in (None, Ending.WITHDRAWN) and not self.told_on.data and not self.told_on.errors:
            say(self.told_on, "Enter the day on which they were told")
        if self.ending.data in (*REFUSALS, Ending.WITHDRAWN) and not self.reason.data and not self.reason.errors:
            say(self.reason, "Say what was decided, and why")


class MaskForm(Form):
    """Words to be masked wherever they stand in the pack."""

    words = TextAreaField(
        "Which words?", [Required("Enter the words to mask, as they stand there"), at_most(10_000, "The words")]
    )
    reason = RadioField(
        "Why?", [Required("Choose why they are masked")], choices=all_of(MaskReason), coerce=one_of(MaskReason)
    )
    why = StringField("In your own words", [at_most(SHORT_TEXT, "Your words")])


_KEEP: Mapping[str, MaskReason] = {f"keep: {each.value}": each for each in MaskReason}
_SHOW: Mapping[str, LiftReason] = {f"show: {each.value}": each for each in LiftReason}
DECISIONS: Mapping[str, MaskReason | LiftReason] = {**_KEEP, **_SHOW}
"""What is sent for a decision: keep it masked, with the ground in law; or show it, and why."""


class DecideForm(Form):
    """What becomes of the passages that are ticked."""

    masks = Ticked("Which passages?", validate_choice=False)
    decision = RadioField(
        "What becomes of them?",
        [Required("Choose what becomes of them")],
        choices=offered(
            [
                *((f"keep: {each.value}", f"Keep it masked: {each.value}") for each in MaskReason),
                *((f"show: {each.value}", f"Show it: {each.value}") for each in LiftReason),
            ]
        ),
    )
    why = StringField("In your own words", [at_most(SHORT_TEXT, "Your words")])

    @property
    def decided(self) -> MaskReason | LiftReason | None:
        """What was chosen; None for what is no decision."""
        return DECISIONS.get(self.decision.data or "")

    def check_together(self) -> None:
        """Something is ticked; and what is shown is shown for a reason in somebody's own words."""
        chosen = [each for each in self.masks.data or () if each]
        if not chosen and not self.masks.errors:
            say(self.masks, "Tick at least one passage")
        if isinstance(self.decided, LiftReason) and not self.why.data and not self.why.errors:
            say(self.why, "Say in your own words why it can be shown")


class BackForm(Form):
    """What is to be changed."""

    reason = TextAreaField(
        "What is to be changed?", [Required("Say what is to be changed"), at_most(1_000, "What is to be changed")]
    )


class ReleaseForm(VersionedForm):
    """Release it as it was read."""

    read = BooleanField(
        "I have read every page of what the person is given",
        [Required("Read what the person is given, then confirm that you have read every page")],
    )


class GiveForm(_OnADay):
    """How it was given, and when."""

    how = TextAreaField("How was it given?", [Required("Say how it was given"), at_most(1_000, "How it was given")])
    on = DayField("When was it given?", [Required("Enter the day on which it was given")], what="The day")

    def validate_on(self, field: DayField) -> None:
        """It was."""
        self._was(field)


_SHOWN: Mapping[str, LiftReason] = {each.value: each for each in LiftReason}


class SchemeForm(Form):
    """What of a scheme's own records is given: what is ticked is shown, and everything else that is masked stays so."""

    shown = Ticked("What can be shown?", validate_choice=False)
    because = SelectField(
        "Why can it be shown?",
        choices=offered(((each.value, each.capitalize()) for each in LiftReason), first="Nothing is shown"),
        validators=[Optional()],
    )
    words = TextAreaField("More words to mask, a line for each (optional)", [at_most(5_000, "The words")])
    reason = SelectField(
        "Why are they masked?",
        choices=offered(((each.value, each.capitalize()) for each in MaskReason), first="No more words"),
        validators=[Optional()],
    )
    why = StringField("In your own words", [at_most(SHORT_TEXT, "Your words")])
    read = BooleanField(
        "I have read all of it. What is not masked can be given to the person",
        [Required("Read all of it, then confirm that what is not masked can be given")],
    )
    sha = HiddenField()

    @property
    def lifts(self) -> LiftReason | None:
        """Why something is shown; None for what is no reason."""
        return _SHOWN.get(self.because.data or "")

    @property
    def ground(self) -> MaskReason | None:
        """Why more words are masked; None for what is no reason."""
        return next((each for each in MaskReason if each.value == self.reason.data), None)

    @property
    def lines(self) -> list[str]:
        """The words, each where it stands."""
        return [line.strip() for line in (self.words.data or "").splitlines() if line.strip()]

    def check_together(self) -> None:
        """More words are masked for a reason in law."""
        if self.lines and self.ground is None and not self.reason.errors:
            say(self.reason, "Choose why they are masked")


class SettleForm(Form):
    """What becomes of what a scheme has not answered for."""

    action = RadioField("What do you want to do?", [Required("Choose what to do")])
    reason = TextAreaField("Why?", [Required("Say why"), at_most(1_000, "Your reason")])

    def __init__(self, *, is_theirs: bool) -> None:
        """`is_theirs`: whether there is staff who could look again."""
        super().__init__()
        offers = [(LEAVE_OUT, "Go on without it: the person reads that it is left out, and why")]
        if is_theirs:
            offers.insert(0, (LOOK_AGAIN, "Have its staff look at it again"))
        self.action.choices = offered(offers)
