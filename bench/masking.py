"""How much of what books hold would be masked, if everybody in them were somebody else: what a lead must look through.

    python bench/masking.py [--books FOLDER] [--show]

Each title, summary, action and outcome of the books (the demonstration's with its story, unless another folder is
named) is looked through for all of their people at once, so that whatever is found and is nobody counts in full. A pack
knows those few who are named beside its person. `--show` prints what was found, with how often. Prints one JSON line.
"""

import argparse
import csv
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from core.masking.proposing import Known, proposals
from core.masking.text import Text

DEMO = Path(__file__).resolve().parents[1] / "core" / "demo"
TEXTS = {"cases.csv": ("title", "summary"), "actions.csv": ("action", "outcome")}
TARGET = 5.0
"""Percent of the characters."""


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--books", type=Path, default=DEMO / "books")
    options.add_argument("--show", action="store_true")
    chosen = options.parse_args()
    people = [known(row) for row in rows(chosen.books / "people.csv")]
    texts = [
        row.get(column, "")
        for name, columns in TEXTS.items()
        for row in rows(chosen.books / name)
        for column in columns
    ]
    if chosen.books == DEMO / "books":
        texts += list(told_in(tomllib.loads((DEMO / "story.toml").read_text(encoding="utf-8"))))
    found = [
        texts[int(each.place)][each.span.starts : each.span.ends]
        for each in proposals([Text(str(n), text) for n, text in enumerate(texts)], Known(), people)
    ]
    if chosen.show:
        for words, often in sorted(Counter(found).items()):
            print(f"{often:6} {words!r}")
    percent = 100 * sum(map(len, found)) / max(1, sum(map(len, texts)))
    told = {
        "job": "masks proposed, everybody known",
        "product_percent": round(percent, 2),
        "passages": len(found),
        "characters": sum(map(len, texts)),
        "people": len(people),
        "target": f"<= {TARGET:g} %",
        "met": percent <= TARGET,
    }
    print(json.dumps(told))


def told_in(story: Any) -> Iterator[str]:
    """Whatever has words in a story: what people say and write, and names of things."""
    if isinstance(story, str):
        yield from [story] if " " in story else []
    elif isinstance(story, dict | list):
        for each in story.values() if isinstance(story, dict) else story:
            yield from told_in(each)


def rows(path: Path) -> list[dict[str, str]]:
    """What a table of the books holds."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known(row: dict[str, str]) -> Known:
    """Somebody of the books; a day that is none is left out."""
    born = None
    with suppress(ValueError):
        born = date.fromisoformat(row["date_of_birth"])
    return Known(row["given_name"], row["family_name"], row["known_as"], row["address"], row["postcode"], born)


if __name__ == "__main__":
    main()
