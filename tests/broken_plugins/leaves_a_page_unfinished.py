"""Has a page with a filter that there is not."""

from pathlib import Path

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("leaves_a_page_unfinished", templates=Path(__file__).parent / "unfinished")
