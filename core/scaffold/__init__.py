"""A plugin to begin with: a package of its own that installs, is found, and passes its own tests as it is written."""

import keyword
import re
from pathlib import Path
from string import Template

from core.config import BUILT_IN_PLUGINS
from core.errors import Refused
from core.plugin_api.checks import KEY

FILES = Path(__file__).parent / "files"
"""What is written. `NAME` in a path, and `$name`, `$title`, `$camel` and `$dashed` in a text, are filled in."""

SUFFIX = ".template"


def write_plugin(name: str, into: Path) -> list[Path]:
    """Write the package of a plugin of that name into a new folder of that name; the files, in order.

    Raises Refused for what is no name, a name that is taken, and a folder that exists: nothing is overwritten.
    """
    taken = {dotted.rpartition(".")[2] for dotted in BUILT_IN_PLUGINS} | {"core", "plugins", "tests"}
    if not KEY.fullmatch(name) or keyword.iskeyword(name):
        raise Refused(f"“{name}” is not a name: lower-case letters, digits and underscores, a letter first.")
    if name in taken:
        raise Refused(f"{name} is taken. Choose another name.")
    folder = into / name
    if folder.exists():
        raise Refused(f"{folder} exists already. Choose another name, or another folder with --into.")
    words = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "camel": "".join(part.capitalize() for part in name.split("_")),
        "dashed": re.sub("_+", "-", name).strip("-"),
    }
    written = []
    for source in sorted(FILES.rglob(f"*{SUFFIX}")):
        path = folder / str(source.relative_to(FILES)).replace("NAME", name).removesuffix(SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text("utf-8")).substitute(words), encoding="utf-8")
        written.append(path)
    return written
