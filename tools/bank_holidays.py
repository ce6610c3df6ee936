"""Write core/bank_holidays.tsv from the `holidays` package: run after upgrading it, and commit the result.

The package itself stays out of the application: importing it loads the holidays of every country,
in each process (docs/adr/0007-what-a-process-does-not-load.md).
"""

from pathlib import Path

from holidays import country_holidays

FIRST_YEAR, LAST_YEAR = 2000, 2060
TABLE = Path(__file__).resolve().parent.parent / "core" / "bank_holidays.tsv"


def table(subdivision: str = "ENG") -> str:
    """One line per bank holiday: day, tab, name. England's and Wales's ("WLS") are the same."""
    found = country_holidays("GB", subdiv=subdivision, years=range(FIRST_YEAR, LAST_YEAR + 1))
    return "".join(
        f"{day.isoformat()}\t{name.replace('(observed)', '(substitute day)')}\n" for day, name in sorted(found.items())
    )


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
