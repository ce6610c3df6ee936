"""`make audit` and `make sbom`: a service that says nothing has not said that all is well; the bill is whole."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit = tool("audit")
SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (json.dumps({"dependencies": [SOUND]}), []),
        ("", ["could not be audited: pip-audit gave no list of dependencies"]),
        (json.dumps({"dependencies": []}), ["could not be audited: the list is empty"]),
        (
            json.dumps({"dependencies": [SOUND, {"name": "wtforms", "skip_reason": "not found"}]}),
            ["wtforms could not be audited: not found"],
        ),
        (
            json.dumps({"dependencies": [{**SOUND, "vulns": [{"id": "CVE-1", "fix_versions": ["3.1.4"]}]}]}),
            ["flask 3.1.3: CVE-1, mended in 3.1.4"],
        ),
    ],
)
def test_what_pip_audit_could_not_look_at_counts_as_found(answer, found):
    assert audit.findings_of_pip_audit(answer) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 40}}}), []),
        (
            json.dumps({"message": "405 Method Not Allowed"}),
            ["could not be audited: npm gave no list of vulnerabilities"],
        ),
        (
            json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}),
            ["could not be audited: the list is empty"],
        ),
        (
            json.dumps(
                {
                    "vulnerabilities": {"sass": {"severity": "high", "range": "<2"}},
                    "metadata": {"dependencies": {"total": 40}},
                }
            ),
            ["sass: high, in <2"],
        ),
    ],
)
def test_what_npm_could_not_look_at_counts_as_found(answer, found):
    assert audit.findings_of_npm(answer) == found


def test_the_bill_of_materials_names_what_is_locked_and_no_registry():
    text = tool("sbom").bill_of_materials()
    purls = {each["purl"] for each in json.loads(text)["components"]}
    locked = re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", (ROOT / "requirements/runtime.txt").read_text(), re.M)
    assert {f"pkg:pypi/{name}@{version}" for name, version in locked} <= purls
    assert any(purl.startswith("pkg:npm/govuk-frontend@") for purl in purls)
    assert not any("/sass@" in purl for purl in purls)
    assert "https://" not in json.dumps(json.loads(text)["components"])
