"""Checks what no linter knows.

No file names a package registry; no page has inline script or style, or imports a macro that it does not use; no style
is for a class of ours that nothing has; and a document that the code cites is there.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A lock that names hosts ties every installation to them. Written so that this file does not match itself.
REGISTRY = re.compile(r"(npmjs|yarnpkg|python[h]osted|pypi)[.](org|com|io|python)|--(extra-)?index-url|\"resolved\":")
# The Content-Security-Policy refuses these: they would look right in review and do nothing in the browser.
INLINE = re.compile(r"\sstyle=|\son[a-z]+=\"|\shx-on|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)

IMPORTED = re.compile(r'{%-? from "[^"]+" import ([^%]+?)(?: with context)? -?%}')
OURS = re.compile(r"[.](app-[a-z0-9_-]+)")
CITED = re.compile(r"[\w/.-]*\b[\w-]+[.]md\b")
GUIDES = ("docs", ".")
"""Where a document may be that the code cites by its path from there."""


def committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def findings(name: str) -> list[str]:
    """Lines of one file that break a rule. PDF templates may hold a <style>: no browser opens them."""
    path = ROOT / name
    if not path.is_file() or name == "tools/check_files.py":
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []  # an image, or demonstration books in another encoding
    page = name.endswith(".html") and "templates/" in name and "templates/pdf/" not in name
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if REGISTRY.search(line):
            found.append(f"{name}:{number}: names a package registry")
        if page and INLINE.search(line):
            found.append(f"{name}:{number}: inline script or style")
        if name.startswith(("core/", "plugins/")) and name.endswith(".py"):
            found += [f"{name}:{number}: there is no {cited}" for cited in CITED.findall(line) if not is_there(cited)]
    if page:
        found += [f"{name}: imports {macro} and does not use it" for macro in unused_macros(text)]
    return found


def is_there(document: str) -> bool:
    """Whether a document that is cited can be read by whoever has the repository."""
    return any((ROOT / folder / document).is_file() for folder in GUIDES)


def unused_macros(page: str) -> list[str]:
    """Macros that a page imports for nothing."""
    imported = [name.split(" as ")[-1].strip() for names in IMPORTED.findall(page) for name in names.split(",")]
    rest = IMPORTED.sub("", page)
    return [name for name in imported if not re.search(rf"\b{name}\b", rest)]


def unused_classes(names: list[str]) -> list[str]:
    """Classes of our own that have a style and are on no page. A name put together on a page counts by its stem."""
    styles = [name for name in names if name.startswith("assets/") and name.endswith(".scss")]
    pages = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in names
        if name.endswith((".html", ".py", ".mjs", ".js")) and (ROOT / name).is_file() and not name.startswith("tests/")
    )
    return [
        f"{style}: nothing has the class {found}"
        for style in styles
        for found in sorted(set(OURS.findall((ROOT / style).read_text(encoding="utf-8"))))
        if found not in pages and f"{found.rpartition('--')[0]}--{{{{" not in pages
    ]


if __name__ == "__main__":
    files = committed()
    problems = [line for name in files for line in findings(name)] + unused_classes(files)
    print(
        "\n".join(problems)
        or "no registry hosts, no inline script or style, nothing unused, nothing cited that is not there"
    )
    sys.exit(bool(problems))
