"""Error messages read one way: a sentence beside a field has no full stop, several keep theirs (GOV.UK)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.web.sentences import error_message

ROOT = Path(__file__).resolve().parents[2]
OF_FIELDS = {"ValidationError", "StopValidation", "Required", "InputRequired", "DataRequired", "WholeNumberField"}
"""What is called with a message that is shown beside a field and nowhere else."""


def messages() -> Iterator[tuple[str, str]]:
    """Where, and what: the literal messages of validators. A name in braces stands for what is put in."""
    for path in sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("plugins/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in OF_FIELDS:
                # A field's label comes before its message.
                for given in node.args[1:2] if getattr(node.func, "id", "") == "WholeNumberField" else node.args[:1]:
                    if isinstance(given, ast.Constant | ast.JoinedStr):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", text_of(given)


def text_of(given: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(given, ast.Constant):
        return str(given.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "it" for part in given.values)


def test_validators_say_it_as_it_is_shown():
    found = dict(messages())
    assert len(found) > 100
    assert {where: said for where, said in found.items() if error_message(said) != said} == {}


def test_no_template_prints_an_error_as_it_comes():
    """A refusal is worded for a page of its own, too: beside a field the filter words it."""
    bare = [
        f"{path.relative_to(ROOT)}: {printed}"
        for path in sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("plugins/**/*.html")])
        for printed in re.findall(r"{{.*?}}|problems\.append\(.*?\)", path.read_text(encoding="utf-8"))
        if re.search(r"\berrors\b|\"text\": (text|refusal)", printed)
        and "error_message" not in printed
        and not re.search(r" if |\(| else ", printed.removeprefix("problems.append("))
    ]
    assert bare == []
