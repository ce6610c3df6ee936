"""The base of every form, and the fields that WTForms lacks."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, ClassVar, TypeVar

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput
from markupsafe import Markup
from wtforms import Field, HiddenField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation
from wtforms.widgets import TextInput

from core.web.addresses import row_id
from core.web.sentences import error_message

LONG_TEXT = 10_000
"""Characters that a long text may have: some five pages."""

SHORT_TEXT = 200

T = TypeVar("T")


def stripped(value: Any) -> Any:
    """Text without blanks around it, and without the NUL characters that PostgreSQL cannot store."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def one_line(value: Any) -> Any:
    """Text of a field of one line: a line break in a name would end a mail's subject, or a calendar entry's."""
    return _CONTROLS.sub(" ", value).strip() if isinstance(value, str) else value


MOST = 10**12
"""No form of ours asks for a number as large."""


def within_reach(value: Any) -> Any:
    """A number that can be compared: an absurdly large one is cut to what is still out of every range."""
    return max(-MOST, min(MOST, value)) if isinstance(value, int) else value


def given(*fields: Field) -> bool:
    """Whether each of those holds something, and nothing was wrong with it."""
    return all(field.data not in (None, "") and not field.errors for field in fields)


def held(value: T | None) -> T:
    """What a required field holds, once its form is valid."""
    assert value is not None, "asked of a form that is not valid"
    return value


def say(field: Field, sentence: str) -> None:
    """Put what is wrong beside a field, after what is there."""
    field.errors = [*field.errors, sentence]


NO_SUCH_CHOICE = "Choose from the list"


class PasswordInput(GovPasswordInput):
    """The design system's own, with its "Show" button; its error reads as those of the other fields."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> Any:
        """What its template takes."""
        params = super().map_gov_params(field, **kwargs)
        if field.errors:
            params["errorMessage"] = {"text": error_message(field.errors)}
        return params


class _Token(CSRFTokenField):
    """The form's token, made where the form is shown: a write that is saved shows none."""

    def process(self, *arguments: Any, **options: Any) -> None:
        """Take what was sent, as any hidden field does, and make nothing yet."""
        HiddenField.process(self, *arguments, **options)

    def _value(self) -> str:
        return str(self.csrf_impl.generate_csrf_token(self))


class _Tokens(FlaskForm.Meta.csrf_class):
    field_class = _Token


class Form(FlaskForm):
    """A form that writes: carries its own key, so that sending it twice does it once."""

    idempotency_key = HiddenField(default=lambda: str(uuid.uuid4()))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then what they add up to: all that is wrong is said in one round."""
        each = bool(super().validate(extra_validators))
        self.check_together()
        return each and not self.errors

    def check_together(self) -> None:
        """What concerns several fields, for a form that has such: asks `given` first, and says it with `say`.

        Runs whatever else is wrong. What concerns a field and those above it can as well be its `validate_<name>`.
        """

    class Meta(FlaskForm.Meta):
        """Blanks around what was typed mean nothing, but in a password, which can be shown while it is typed.

        A choice that there is not is refused in our words, not in WTForms' own.
        """

        csrf_class = _Tokens

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Strip every text field; give a password field its "Show" button."""
            if issubclass(unbound_field.field_class, PasswordField):
                options.setdefault("widget", PasswordInput())
            elif issubclass(unbound_field.field_class, StringField):
                options.setdefault("filters", [])
                single = not issubclass(unbound_field.field_class, TextAreaField)
                options["filters"] = [*options["filters"], one_line if single else stripped]
            if issubclass(unbound_field.field_class, IntegerField):
                options["filters"] = [*options.get("filters", ()), within_reach]
            field = unbound_field.bind(form=form, **options)
            if isinstance(field, SelectField):
                field.invalid_value_message = field.invalid_value_message or NO_SUCH_CHOICE
                field.invalid_choice_message = field.invalid_choice_message or NO_SUCH_CHOICE
            return field


class VersionedForm(Form):
    """A form over a row that others may change meanwhile: carries the version that was read, and of each field what
    was stored then, as a digest: what one changed and what another did can be told apart by it (core.web.conflicts).
    """

    version = HiddenField(default="0")
    as_read = HiddenField(default="")

    as_one: ClassVar[Sequence[tuple[str, ...]]] = ()
    """Names of fields that mean something only together: changed by two, they are one field."""

    def hidden_tag(self, *fields: str) -> Markup:
        """The hidden fields; of a form that was not sent yet, with what its fields were made from."""
        if not self.as_read.data:
            self.as_read.data = digests({field.name: field.object_data for field in self if field.name not in _OWN})
        fields_html: Markup = super().hidden_tag(*fields)
        return fields_html

    @property
    def version_read(self) -> int:
        """The version that the form was made from; 0 when it was tampered with, which matches none."""
        return row_id(self.version.data) or 0


_OWN = frozenset({"csrf_token", "idempotency_key", "version", "as_read"})


def digest(value: Any) -> str:
    """The same for the same value, whether it is a row's, a form's or was typed."""
    if value in (None, "", False) or value == []:
        return "0"
    if isinstance(value, list | tuple | set | frozenset):
        return digest("\0".join(sorted(str(each) for each in value)))
    if isinstance(value, time):
        value = f"{value:%H:%M}"  # as it is typed
    words = "\n".join(str(value).split("\r\n")).strip()  # a browser sends its own line breaks
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def digests(values: Mapping[str, Any]) -> str:
    """Of each, by name, for a hidden field."""
    return " ".join(f"{name}:{digest(value)}" for name, value in values.items())


class Required:
    """Something must be given; `message` says what, in the imperative ("Enter a due date")."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Stop with the message when the field is empty."""
        if field.data is None or field.data is False or field.data == "" or field.data == []:
            field.errors = [*field.process_errors]
            raise StopValidation(None if field.process_errors else self.message)


def at_most(characters: int, what: str) -> Length:
    """A length limit with a plain message: `what` as in "Reason"."""
    return Length(max=characters, message=f"{what} must be {characters:,} characters or fewer")


class WholeNumberField(IntegerField):
    """A whole number from `least` to `most`; for anything else, `sentence` says once what to enter."""

    data: Any
    """An int once the form is valid."""

    widget = TextInput()  # a number's own widget swallows what is no number, and turns with the mouse wheel

    def __init__(self, label: str, sentence: str, *, least: int, most: int, **options: Any) -> None:
        super().__init__(label, [InputRequired(sentence), NumberRange(least, most, sentence)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what is no number is out of every range."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class DayField(Field):
    """A day, typed as day, month and year in three boxes: `<name>-day`, `<name>-month`, `<name>-year`.

    What was typed is kept as it was, however wrong: `boxes` holds it.
    """

    data: date | None
    process_errors: list[str]

    def __init__(self, label: str | None = None, validators: Any = None, *, what: str = "The date", **kw: Any) -> None:
        super().__init__(label, validators, **kw)
        self.what = what
        self.boxes = {"day": "", "month": "", "year": ""}

    def process(self, formdata: Any, data: Any = object(), extra_filters: Any = None) -> None:  # noqa: B008  WTForms' own "unset"
        """Take the three boxes, or the default."""
        super().process(None, data) if data.__class__ is not object else super().process(None)
        if isinstance(self.data, date):
            self.boxes = {
                "day": str(self.data.day),
                "month": str(self.data.month),
                "year": str(self.data.year),
            }
        if formdata is not None and any(f"{self.name}-{box}" in formdata for box in self.boxes):
            self.raw_data = [formdata.get(f"{self.name}-{box}", "").strip()[:20] for box in self.boxes]
            self.boxes = dict(zip(self.boxes, self.raw_data, strict=True))
            self.data, self.process_errors = None, []
            if any(self.raw_data):
                self._read()

    def _read(self) -> None:
        missing = [box for box, typed in self.boxes.items() if not typed]
        if missing:
            self.process_errors.append(f"{self.what} must include a {' and '.join(missing)}")
            return
        day, month, year = (self.boxes[box] for box in ("day", "month", "year"))
        try:
            if not re.fullmatch(r"[0-9]{4}", year):
                raise ValueError
            self.data = date(int(year), _month(month), int(day))
        except ValueError:
            self.process_errors.append(f"{self.what} must be a real date, for example 27 3 2027")


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}


def _month(typed: str) -> int:
    """A month as a number or as its English name."""
    return _MONTHS.get(typed.casefold()) or int(typed)


class ClockField(Field):
    """A time of day: "10:00", "10.30", "2pm", "14:15", "midday"."""

    _SHAPE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
    _NAMED: ClassVar[Mapping[str, time]] = {"midday": time(12), "noon": time(12), "midnight": time(0)}

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with a plain message."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        shape = self._SHAPE.fullmatch(typed)
        if typed.casefold() in self._NAMED:
            self.data = self._NAMED[typed.casefold()]
            return
        try:
            if shape is None:
                raise ValueError
            hour, minute, half = int(shape[1]), int(shape[2] or 0), (shape[3] or "").lower()
            if half and not 1 <= hour <= 12:
                raise ValueError
            self.data = time(hour % 12 + (12 if half == "pm" else 0) if half else hour, minute)
        except ValueError:
            raise ValueError("Enter a time like 10:00 or 2:30pm") from None
