"""What the law makes of an age: under 10 is below the age of criminal responsibility, under 18 a child."""

from datetime import date

from core.plugin_api.facts import age_on

ADULT = 18
RESPONSIBLE = 10


def childhood(born: date | None, day: date) -> str:
    """ "under 10", "child" or "", as of that day; "" where the date of birth is not known."""
    if born is None:
        return ""
    age = age_on(born, day)
    if age < RESPONSIBLE:
        return "under 10"
    return "child" if age < ADULT else ""
