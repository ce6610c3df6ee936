"""Looks over the code and its dependencies for what is known to be dangerous. Ends with 1 for anything found.

What could not be looked over counts as found: a service that does not answer has not said that all is well. Needs the
network, unlike `make check`, and is therefore apart from it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt", "requirements/node.txt")
CODE = ("core", "plugins", "examples", "tools", "hatch_build.py")


def findings_of_pip_audit(answer: str) -> list[str]:
    """What `pip-audit --format json` found in one lock file."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["could not be audited: pip-audit gave no list of dependencies"]
    if not dependencies:
        return ["could not be audited: the list is empty"]
    found = []
    for each in dependencies:
        name = f"{each.get('name')} {each.get('version', '')}".strip()
        if "skip_reason" in each or "vulns" not in each:
            found.append(f"{name} could not be audited: {each.get('skip_reason', 'no answer')}")
        for hole in each.get("vulns", ()):
            mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
            found.append(f"{name}: {hole.get('id')}, mended in {mended}")
    return found


def findings_of_npm(answer: str) -> list[str]:
    """What `npm audit --json` found in package-lock.json."""
    try:
        said = json.loads(answer)
        holes: dict[str, dict[str, Any]] = said["vulnerabilities"]
        looked_at = said["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        return ["could not be audited: npm gave no list of vulnerabilities"]
    if not looked_at:
        return ["could not be audited: the list is empty"]
    return [f"{name}: {hole.get('severity', 'unknown')}, in {hole.get('range', '?')}" for name, hole in holes.items()]


def output_of(*command: str | Path) -> str:
    """What a program prints, whatever it ends with; what it complains of goes to the terminal."""
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    ).stdout


def pip_audit(lock: str) -> list[str]:
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    return findings_of_pip_audit(output_of(BIN / "pip-audit", "-r", lock, *options))


def npm_audit() -> list[str]:
    npm = BIN / "npm"
    return findings_of_npm(output_of(npm if npm.exists() else "npm", "audit", "--json"))


def bandit() -> list[str]:
    """What bandit finds in the code. Whatever it says is to be mended, or excused at its place with the reason."""
    form = ("--format", "custom", "--msg-template", "{relpath}:{line}: {test_id} {msg}")
    done = subprocess.run(
        [str(BIN / "bandit"), "--quiet", "--configfile", "pyproject.toml", "--recursive", *form, *CODE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = done.stdout.splitlines()
    return found if found or done.returncode == 0 else [f"could not be audited: bandit ended with {done.returncode}"]


def main() -> int:
    parts = {"the code": bandit, **{lock: lambda lock=lock: pip_audit(lock) for lock in LOCKS}}
    parts["package-lock.json"] = npm_audit
    failed = 0
    for what, look in parts.items():
        found = look()
        failed += bool(found)
        print(f"{what}: {len(found)} found" if found else f"{what}: nothing found", flush=True)
        for each in found:
            print(f"  {each}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
