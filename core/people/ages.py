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


def told(born: date | None, today: date, *, then: date | None = None, when: str = "") -> str:
    """An age as a page says it, as of the days that matter: "12 when it happened; 13 today". `when`: what `then` was.

    Of an unknown date of birth "age not known": whoever it is of is never taken to be grown up.
    """
    if born is None:
        return "age not known"
    now = f"{_years(born, today)} today"
    return now if then is None else f"{_years(born, then)} {when}; {now}"


def _years(born: date, day: date) -> str:
    """Completed years on that day; of a day before they were born, that."""
    return str(age_on(born, day)) if day >= born else "not born"
