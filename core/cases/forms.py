"""Forms of cases. Their choices are given by the view, which knows the partnership."""

from datetime import date
from typing import Self

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.cases.listing import CaseFilter
from core.cases.lists import CLOSING_REASONS
from core.cases.models import Case
from core.cases.operations import CLOSED_BEFORE_IT_OPENED, CLOSED_TO_COME, CaseDetails
from core.cases.typology import CATEGORIES, TYPOLOGY
from core.dates import in_words
from core.disclosures.forms import ComplaintFields
from core.disclosures.lists import BASES, CONDITIONS, SECTION_17A
from core.facts import CaseKind, CaseStatus, PersonRole, Risk
from core.hate.forms import PerceivedFields
from core.people.forms import PersonFields
from core.people.history.forms import BecauseFields
from core.people.search import LONGEST_QUERY
from core.web.addresses import row_id
from core.web.choices import all_of, one_of
from core.web.forms import LONG_TEXT, DayField, Form, Required, VersionedForm, at_most, say, stripped

EARLIEST = date(1990, 1, 1)


def _past_day(field: DayField, what: str, *, on: date) -> None:
    """A day up to that one, which is today; `what` as in "The day"."""
    if field.data is not None and field.data > on:
        raise ValidationError(f"{what} must be today or in the past")
    if field.data is not None and field.data < EARLIEST:
        raise ValidationError(f"{what} must be in {EARLIEST.year} or later")


def categories(first: str) -> list[SelectChoice]:
    """The typology's categories under its areas, after an empty first choice."""
    names = ((area, name) for area, names in TYPOLOGY.items() for name in names)
    return [SelectChoice("", first), *(SelectChoice(name, name, optgroup=area) for area, name in names)]


class CaseForm(VersionedForm):
    """What is written about a case."""

    title = StringField(
        "Title",
        [Required("Enter a title"), at_most(300, "Title")],
        description="Who or where it is about: a name, a family, two neighbours, a place",
    )
    kind = RadioField(
        "What is it about?", [Required("Choose what it is about")], choices=all_of(CaseKind), coerce=one_of(CaseKind)
    )
    category = SelectField("Category", [Required("Choose a category")], choices=categories("Choose a category"))
    lead_agency_id = SelectField("Lead agency", [Required("Choose the lead agency")], coerce=row_id)
    opened_on = DayField("Opened on", [Required("Enter the day on which it was opened")], what="The day of opening")
    risk = RadioField("Risk", [Required("Choose the risk")], choices=all_of(Risk), coerce=one_of(Risk))
    hate_incident = BooleanField(
        "This is a hate incident",
        description="The victim or anyone else perceives it so. No evidence is needed.",
    )
    restricted = BooleanField(
        "Restrict this case",
        description="Only the lead agency, agencies that it is opened to by name, and the chairs and coordinators of "
        "the groups that hear it can open it. Others in those groups see its reference alone.",
    )
    summary = TextAreaField(
        "Summary",
        [at_most(LONG_TEXT, "Summary")],
        description="What has happened, and what has been tried. Write down only what the others need.",
    )
    review_on = DayField("Review on", what="The day of review", description="Leave empty if no review is planned.")

    as_one = (("summary", "restricted", "lead_agency_id"), ("opened_on", "review_on"))
    """What is written, and who may open it; two days of which one comes after the other."""

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_opened_on(self, field: DayField) -> None:
        """Not in the future."""
        _past_day(field, "The day of opening", on=self.day)

    def validate_review_on(self, field: DayField) -> None:
        """Not before the case was opened."""
        if field.data is not None and self.opened_on.data is not None and field.data < self.opened_on.data:
            raise ValidationError("The day of review must be after the case was opened")

    @property
    def details(self) -> CaseDetails:
        """What was entered. For a form that was validated."""
        assert self.opened_on.data is not None
        return CaseDetails(
            kind=self.kind.data,
            title=self.title.data,
            category=self.category.data,
            lead_agency_id=self.lead_agency_id.data,
            opened_on=self.opened_on.data,
            risk=self.risk.data,
            hate_incident=self.hate_incident.data,
            restricted=self.restricted.data,
            summary=self.summary.data or "",
            review_on=self.review_on.data,
        )


class ChangeCaseForm(CaseForm, BecauseFields):
    """A change of what is written about a case."""

    def of(self, case: Case) -> Self:
        """This form, over what that case holds now."""
        self.was_hate = case.hate_incident
        return self

    def check_together(self) -> None:
        """Whoever takes the mark of a hate incident off says why: it stays in the queue."""
        super().check_together()
        if self.was_hate and not self.hate_incident.data and not self.reason.data:
            say(self.reason, "Enter why this is not a hate incident")


class NewCaseForm(CaseForm):
    """A case that is opened."""

    group_id = SelectField(
        "Heard by", coerce=row_id, description="A group that you chair or coordinate, if it is to hear it"
    )


class NewPersonForm(PersonFields):
    """Somebody new in a case."""

    role = RadioField(
        "What are they in this case?",
        [Required("Choose what they are in this case")],
        choices=all_of(PersonRole),
        coerce=one_of(PersonRole),
    )
    somebody_else = BooleanField("None of these people is the one I mean")


class NamePersonForm(Form):
    """Somebody known, named in a case."""

    person_id = RadioField("Who do you mean?", [Required("Choose a person")], coerce=row_id)
    role = RadioField(
        "What are they in this case?",
        [Required("Choose what they are in this case")],
        choices=all_of(PersonRole),
        coerce=one_of(PersonRole),
    )


class IncidentFields(Form):
    """Something that happened."""

    happened_on = DayField("When did it happen?", [Required("Enter the day on which it happened")], what="The day")
    what = TextAreaField("What happened?", [Required("Enter what happened"), at_most(LONG_TEXT, "What happened")])
    reported_to_id = SelectField(
        "Which agency was it reported to?", [Required("Choose the agency that it was reported to")], coerce=row_id
    )
    hate = BooleanField(
        "The victim or anyone else perceives it as a hate incident",
        description="No evidence is needed. It is reported to whoever answers for hate incidents in the partnership, "
        "and the whole case is marked.",
    )

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_happened_on(self, field: DayField) -> None:
        """Not in the future."""
        _past_day(field, "The day", on=self.day)


class IncidentForm(IncidentFields, PerceivedFields, ComplaintFields):
    """Something that happened, what it is perceived as, and whether it was told in a complaint."""

    def check_together(self) -> None:
        """What is said of a complaint is complete, too."""
        super().check_together()
        self.check_complaint(on=self.day)


class ChangeIncidentForm(IncidentFields, VersionedForm):
    """What was recorded, put right."""

    reason = TextAreaField(
        "Why is it corrected?", [Required("Enter why it is corrected"), at_most(2_000, "Why it is corrected")]
    )


class RemoveIncidentForm(VersionedForm):
    """An incident that does not belong in the case."""

    reason = TextAreaField(
        "Why is it removed?",
        [Required("Enter why it is removed"), at_most(2_000, "Why it is removed")],
        description="For example, it was recorded twice, or it happened in another case.",
    )


def bases() -> list[SelectChoice]:
    """Every lawful basis on which somebody can be told who it is about."""
    return [SelectChoice(basis, basis) for basis in BASES if basis != SECTION_17A]


class ShareForm(Form):
    """A case is opened to an agency."""

    agency_id = SelectField("Agency", [Required("Choose an agency")], coerce=row_id)
    basis = RadioField(
        "Lawful basis",
        [Required("Choose the lawful basis")],
        choices=bases(),
        description="Section 115 is a power to share with relevant authorities, not a duty.",
    )
    condition = SelectField(
        "Condition for special-category and criminal-offence data",
        [Required("Choose the condition, or that there is no such data")],
        choices=[
            SelectChoice("", "Choose a condition"),
            *(SelectChoice(each, f"{each} ({cited})" if cited else each) for each, cited in CONDITIONS.items()),
        ],
        description="Health, ethnic origin, religion, sexual orientation; offences and allegations of offences.",
    )
    purpose = TextAreaField(
        "What does the agency need it for?",
        [Required("Enter what the agency needs it for"), at_most(1_000, "What the agency needs it for")],
    )


class HearForm(Form):
    """A group is to hear the case."""

    group_id = RadioField("Which group is to hear this case?", [Required("Choose a group")], coerce=row_id)


class ReasonForm(VersionedForm):
    """A change of where the case stands, with its reason."""

    reason = TextAreaField("Why?", [Required("Enter the reason"), at_most(2_000, "The reason")])


class CloseForm(VersionedForm):
    """The end of a case."""

    closed_on = DayField("Closed on", [Required("Enter the day on which it was closed")], what="The day of closing")

    def between(self, opened_on: date, today: date) -> Self:
        """This form, for a case that was opened on that day, checked as of today."""
        self.opened_on, self.today = opened_on, today
        return self

    def validate_closed_on(self, field: DayField) -> None:
        """Not before the case was opened, and not to come."""
        if field.data is None:
            return
        if field.data < self.opened_on:
            raise ValidationError(CLOSED_BEFORE_IT_OPENED.format(day=in_words(self.opened_on)))
        if field.data > self.today:
            raise ValidationError(CLOSED_TO_COME)

    closing_reason = RadioField(
        "Why is it closed?",
        [Required("Choose why it is closed")],
        choices=[SelectChoice(reason, reason) for reason in CLOSING_REASONS],
    )
    outcome = TextAreaField(
        "What was achieved?",
        [Required("Enter what was achieved"), at_most(LONG_TEXT, "What was achieved")],
        description="For those who open it again, and for the partnership’s report",
    )


class FindPersonForm(PlainForm):
    """A search for somebody known. Reads, and so carries no key."""

    name = StringField("Name", [at_most(LONGEST_QUERY, "Name")])


class FilterForm(PlainForm):
    """The filters of the list. Reads, and so carries no key; a choice that there is not is no filter."""

    q = StringField("Name or reference", [at_most(LONGEST_QUERY, "Name or reference")])
    status = SelectMultipleField("Status", choices=all_of(CaseStatus), validate_choice=False)
    category = SelectField("Category", choices=categories("Any"), validate_choice=False)
    risk = SelectMultipleField("Risk", choices=all_of(Risk), validate_choice=False)
    lead = SelectField("Lead agency", validate_choice=False)
    group = SelectField("Heard by", validate_choice=False)
    hate = BooleanField("Hate incidents")
    overdue = BooleanField("Overdue actions")
    quiet = BooleanField("Without update")

    @property
    def wanted(self) -> CaseFilter:
        """What the list is asked for."""
        return CaseFilter(
            query=stripped(self.q.data or "")[:LONGEST_QUERY],
            statuses=tuple(status for status in CaseStatus if status in (self.status.data or ())),
            category=self.category.data if self.category.data in CATEGORIES else "",
            risks=tuple(risk for risk in Risk if risk in (self.risk.data or ())),
            lead_agency_id=_chosen(self.lead),
            group_id=_chosen(self.group),
            hate=self.hate.data,
            overdue=self.overdue.data,
            quiet=self.quiet.data,
        )


def _chosen(field: SelectField) -> int | None:
    """The id that was chosen, of those that there are to choose."""
    known = {str(choice.value) for choice in field.choices}
    return int(field.data) if field.data and field.data in known else None
