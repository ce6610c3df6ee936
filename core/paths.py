"""Where the packaged files are: beside the package in a wheel, at the top of a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def template_root() -> Path:
    """The templates folder: the packaged copy, else the checkout's."""
    packaged = PACKAGE / "_templates"
    return packaged if packaged.is_dir() else PACKAGE.parent / "templates"


def static_root() -> Path:
    """The built front-end assets."""
    return PACKAGE / "static"
