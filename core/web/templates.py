"""Jinja: where templates come from, and what every one of them may use."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from core import __version__
from core.dates import duration_in_words, in_short, in_words, lateness, time_in_words, with_weekday
from core.facts import MARKING
from core.paths import template_root
from core.policy import Permission
from core.web.assets import asset_url
from core.web.gate import may
from core.web.sentences import error_message, sentence


def set_up_templates(app: Flask) -> None:
    """Own templates by folder, the design system's under its packages' names; plugins' come later."""
    design_system = {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(template_root()), PrefixLoader(design_system)])
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    words = {"day": in_words, "short_day": in_short, "long_day": with_weekday, "clock": time_in_words, "moment": moment}
    env.filters.update({name: _or_nothing(filter_) for name, filter_ in words.items()})
    env.filters.update(duration=duration_in_words, error_message=error_message, lateness=lateness, sentence=sentence)
    env.globals.update(
        asset_url=asset_url,
        new_key=lambda: str(uuid.uuid4()),
        product_version=__version__,
        demo=app.config["ROUNDTABLE"].demo,
        two_step=app.config["ROUNDTABLE"].two_step,
        marking=MARKING,
        Permission=Permission,
        may=may,
    )


def moment(value: datetime) -> str:
    """4 March 2027 at 2:30pm"""
    return f"{in_words(value)} at {time_in_words(value)}"


def _or_nothing(words: Callable[[Any], str]) -> Callable[[Any], str]:
    """A filter that prints nothing for nothing."""
    return lambda value: "" if value is None else words(value)
