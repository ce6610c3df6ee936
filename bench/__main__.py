"""Run every benchmark, one after the other, and write the table in README.md.

    python -m bench [NAME ...]

Each script prints JSON lines with `job`, `product`…, `yardstick`…, `ratio`, `target` and `met`. The exit status is 0
only if every script ran and every target is met; else the last line names what failed and which jobs missed.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"
NOT_BENCHMARKS = frozenset({"__main__", "paper", "room", "world"})
LONGEST = 240
"""Seconds that one script may take: all of them together take less than twelve minutes."""


def main() -> None:
    """Run what is named, or all; with all, write the table."""
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    lines: list[dict[str, Any]] = []
    failed = []
    for name in names:
        print(f"# {name}", flush=True)
        found = run(name)
        if found is None:
            failed.append(name)
        else:
            lines += [{"script": name, **line} for line in found]
    if not sys.argv[1:]:
        write_table(lines, failed)
    if wrong := verdict(lines, failed):
        sys.exit(wrong)


def verdict(lines: list[dict[str, Any]], failed: list[str]) -> str:
    """What went wrong, in a line: scripts that failed, jobs that missed their target. Empty if all is well."""
    missed = [str(line.get("job", line["script"])) for line in lines if line.get("met") is False]
    told = (("failed", failed), ("target missed", missed))
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in told if names)


def run(name: str) -> list[dict[str, Any]] | None:
    """The figures of one script, also printed as they come; None when it failed."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    try:
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")],
            stdout=subprocess.PIPE,
            text=True,
            timeout=LONGEST,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"{name} took longer than {LONGEST} seconds", flush=True)
        return None
    print(done.stdout, end="", flush=True)
    if done.returncode:
        return None
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def write_table(lines: list[dict[str, Any]], failed: list[str]) -> None:
    """Put the figures between the marks of README.md."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{START}\n{table(lines, failed)}\n{END}{after}", "utf-8")


def table(lines: list[dict[str, Any]], failed: list[str]) -> str:
    """A table in Markdown: job, what was compared, ratio, target."""
    when = datetime.now(UTC)
    rows = [
        f"Taken on {when:%d %B %Y} on {os.cpu_count()} cores, Python {platform.python_version()}, by `make bench`.",
        "",
        "| job | product | yardstick | ratio | target | met |",
        "|---|---|---|---|---|---|",
    ]
    for line in lines:
        product = next((f"{name} {line[name]}" for name in line if name.startswith("product")), "")
        yardstick = next((f"{line[name]}" for name in line if name.startswith("yardstick_")), "")
        named = f"{line.get('yardstick', '')} {yardstick}".strip()
        met = {True: "yes", False: "**no**"}.get(line.get("met"), "")  # type: ignore[arg-type]
        rows.append(
            f"| {line.get('job', line['script'])} | {product} | {named} | {line.get('ratio', '')} "
            f"| {line.get('target', '')} | {met} |"
        )
    rows += [f"| {name} | failed | | | | **no** |" for name in failed]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
