"""Writes the bill of materials of what is shipped, as CycloneDX: Python packages, and the front end's in the bundle.

It names no registry: where a package is had from is a matter of whoever installs it. Hashes are in the lock files.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUILDS_ONLY = frozenset({"sass"})
"""Of package.json's dependencies, what works on the front end and is no part of it."""
KEPT = ("type", "bom-ref", "name", "version", "purl", "licenses")


def bill_of_materials() -> str:
    """The bill as JSON. The same lock files give the same bytes."""
    bill = _python()
    components = [_plain(each) for each in [*bill["components"], *_front_end()]]
    bill["components"] = sorted(components, key=lambda each: str(each["purl"]))
    root = bill["metadata"]["component"]
    root.pop("externalReferences", None)
    bill["dependencies"] = [
        {"ref": root["bom-ref"], "dependsOn": [each["bom-ref"] for each in bill["components"]]},
        *({"ref": each["bom-ref"]} for each in bill["components"]),
    ]
    text = json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"this is no bill of materials: {wrong}")
    return text


def _python() -> dict[str, Any]:
    """What requirements/runtime.txt names."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        made = Path(folder) / "bill.json"
        command = [BIN / "cyclonedx-py", "requirements", "requirements/runtime.txt", "--pyproject", "pyproject.toml"]
        command += ["--output-reproducible", "--spec-version", "1.6", "--output-file", str(made)]
        subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        bill: dict[str, Any] = json.loads(made.read_text("utf-8"))
    return bill


def _front_end() -> list[dict[str, Any]]:
    """The packages of package.json that are bundled into core/static/."""
    npm = BIN / "npm"
    command = [str(npm if npm.exists() else shutil.which("npm") or "npm"), "sbom", "--sbom-format", "cyclonedx"]
    command += ["--package-lock-only", "--omit", "dev"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    shipped = set(json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]) - BUILDS_ONLY
    return [each for each in json.loads(done.stdout)["components"] if each["name"] in shipped]


def _plain(component: dict[str, Any]) -> dict[str, Any]:
    kept = {key: component[key] for key in KEPT if component.get(key)}
    return {**kept, "bom-ref": component["purl"]}


if __name__ == "__main__":
    target = ROOT / "dist" / "roundtable-cst.cdx.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(bill_of_materials(), encoding="utf-8")
    print(f"{target.relative_to(ROOT)} is written")
