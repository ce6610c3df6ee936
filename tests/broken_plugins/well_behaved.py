"""Breaks no rule and answers every hook."""

from core.plugin_api import Annotation, Audience, HeldRecord, MinutesSection, Row, Statistic, hookimpl
from tests.broken_plugins.errand import Errand, info

EVERYBODY = frozenset(Audience)


@hookimpl
def roundtable_info():
    return info("well_behaved")


@hookimpl
def roundtable_pathways():
    return [Errand()]


@hookimpl
def roundtable_agenda_annotations(entries):
    return [Annotation(entry.item_id, 1, "An errand is running.", EVERYBODY) for entry in entries]


@hookimpl
def roundtable_minutes_sections(record):
    return [MinutesSection("Errands", (Row("Running", "1", EVERYBODY),))]


@hookimpl
def roundtable_statistics(period, partnership):
    return [Statistic("Errands", 1)]


@hookimpl
def roundtable_held_about(referrals):
    return [HeldRecord(each, f"errand:{each}", "An errand") for each in referrals]
