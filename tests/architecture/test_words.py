"""What no file may say: registries and machines anywhere, and the words of one pathway in the core."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.check_files import committed, findings

ROOT = Path(__file__).resolve().parents[2]

# Put together, so that this file does not name what it looks for.
MACHINE = re.compile(r"(?<![\w.])/" + "(work|root)" + r"/")

PATHWAY = re.compile(
    r"(?<![a-z])(mentor|mentee|mediat|victim[ _-]support(?![a-z])|family[ _-]intervention)", re.IGNORECASE
)
# The configuration lists the built-in plugins by their dotted names (ADR 1): data, not knowledge.
DOTTED_NAME = re.compile(r"\"plugins\.[a-z_]+\"")


def text_of(name: str) -> str:
    """A committed file's text; empty for images and for what is deleted but not yet committed."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def of_the_core() -> list[str]:
    """The core's modules and its templates, less the demonstration: an invented partnership's books."""
    return [
        name
        for name in committed()
        if name.startswith(("core/", "templates/"))
        and not name.startswith("core/demo/")
        and name.endswith((".py", ".html", ".css", ".mjs", ".js"))
    ]


def pathway_words(name: str) -> Iterator[str]:
    for number, line in enumerate(text_of(name).splitlines(), start=1):
        if found := PATHWAY.search(DOTTED_NAME.sub("", line)):
            yield f"{name}:{number}: {found.group()}"


def test_no_committed_file_names_a_package_registry_and_no_page_has_inline_script_or_style() -> None:
    assert [line for name in committed() for line in findings(name)] == []


def test_no_committed_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{name}:{number}"
        for name in committed()
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        if MACHINE.search(line)
    ]
    assert found == []


def test_the_core_has_no_word_of_any_pathway() -> None:
    assert [each for name in of_the_core() for each in pathway_words(name)] == []


def test_the_core_is_looked_at() -> None:
    names = of_the_core()
    assert "core/facts.py" in names
    assert "templates/base.html" in names


@pytest.mark.parametrize("word", ["a mentor", "Mediation", "victim_support", "a_mediator", "Family Intervention"])
def test_each_pathways_words_are_seen(word: str) -> None:
    assert PATHWAY.search(word)


def test_words_of_the_field_are_allowed() -> None:
    assert not PATHWAY.search("BEGIN IMMEDIATE: the victim supports a commentary by the family")
