"""What can be found out about loaded plugins without anybody's data, for `roundtable plugins check`."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from core.extensions import db
from core.facts import Actor
from core.plugin_api.facts import CaseFacts, MeetingFacts, PartnershipFacts, Period, PersonFacts, ReferralFacts
from core.plugin_api.hookspecs import PluginInfo
from core.plugin_api.pathway import Pathway
from core.plugin_api.tables import columns_of_people
from core.plugin_host.host import PluginHost, Unavailable
from core.plugin_host.migrations import BEHIND, behind, drift
from core.plugin_host.report import told


def faults_in(app: Flask, host: PluginHost, *, on: date) -> dict[str, list[str]]:
    """Name of a loaded plugin -> what is wrong with it, a sentence each; empty lists for sound ones.

    One whose tables are behind is left out, as the service would, and its report says so.
    """
    found = {info.name: [*drift(info), *_undeclared_people(info)] for info in host.plugins}
    with app.test_request_context():
        for name, pathway in host.pathways_by_plugin:
            found[name] += _tried(pathway, on=on)
    try:
        with app.app_context():
            late = behind(db.engine, host.plugins)
    except SQLAlchemyError:  # no database: what needs none has been checked
        return found
    for name in late:
        host.leave_out(name, "migrations", BEHIND)
    for hook, arguments in _about_nothing(on).items():
        for answer in host.ask(app, hook, arguments):
            if isinstance(answer, Unavailable):
                found[answer.plugin].append(f"Asked about nothing at all, {host.report(answer.plugin).last_failure}.")
    return found


def _undeclared_people(info: PluginInfo) -> list[str]:
    """Columns that are named after a person and would not be found when two records of one person are put together."""
    if info.metadata is None:
        return []
    declared = set(columns_of_people(info.metadata))
    return [
        f"Table {table.name}: {column.name} holds a person and does not say so. Make it Mapped[PersonId]."
        for table in info.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("person_id") and column not in declared
    ]


def _about_nothing(on: date) -> Mapping[str, Mapping[str, Any]]:
    """Hook -> arguments that hold nothing."""
    nobody = Actor(user_id=0, name="", agency_id=None, partnership_id=None)
    return {
        "roundtable_agenda_annotations": {"entries": (), "viewer": nobody},
        "roundtable_minutes_sections": {"record": MeetingFacts(0, 0, "", on)},
        "roundtable_held_about": {"people": (), "referrals": ()},
        "roundtable_statistics": {"period": Period(on, on), "partnership": PartnershipFacts(0, "")},
    }


def _tried(pathway: Pathway[Any], *, on: date) -> list[str]:
    """Whether it answers what core asks before there is a referral, about somebody of whom nothing is known."""
    facts = ReferralFacts[Any](PersonFacts(0, "", ""), CaseFacts(0, ""))
    asked: dict[str, Callable[[], object]] = {
        "eligibility, before the form is filled in": lambda: list(pathway.eligibility(facts, on)),
        "action_templates": lambda: list(pathway.action_templates()),
        "outcomes": lambda: list(pathway.outcomes()),
        "the referral form": lambda: pathway.form().prepare(facts, on),
    }
    faults = []
    for what, ask in asked.items():
        try:
            ask()
        except (Exception, SystemExit) as fault:
            faults.append(f"Pathway {pathway.key}, {what}: {told(fault)}")
    return faults
