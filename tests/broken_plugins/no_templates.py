"""Names a folder of templates that does not exist."""

from pathlib import Path

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("no_templates", templates=Path(__file__).parent / "nowhere")
