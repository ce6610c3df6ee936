"""The built-in schemes keep the contract that they ask of everybody else's."""

import inspect
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.facts import PersonRole
from core.plugin_api import Pathway, Progress, Reached, ReferralFacts
from core.schema import bring_up_to_date
from core.testing import SOMEBODY, PathwayContract, PluginContract, in_boxes
from plugins import family_intervention, mediation, mentoring, victim_support
from plugins.family_intervention.family import Criterion, Domain, Member
from plugins.family_intervention.payload import FamilyPayload
from plugins.mediation.pathway import MediationPayload
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from plugins.victim_support.contact import Way
from plugins.victim_support.payload import SupportPayload
from tests.support.databases import let_go

ON = date(2026, 3, 2)
OTHER = SOMEBODY.case.others(SOMEBODY.person.id)[0]


def heard(pathway: Pathway[Any], payload: object) -> tuple[ReferralFacts[Any], ...]:
    """Two referrals as a meeting would have heard them: one just made, one a stage further."""
    first, second = (Reached(stage.key, ON) for stage in pathway.stages[:2])
    made = replace(SOMEBODY, payload=payload, progress=Progress((first,)), id=1, ref="KIT-R-1")
    return made, replace(made, progress=Progress((first, second)), id=2, ref="KIT-R-2")


class TestMentoring(PathwayContract):
    pathway = mentoring.PATHWAY
    valid = ({"behaviour": "likely", "one_to_one": "safe", "on_abc": "no", "need": "Somebody to cook with"},)
    invalid = (("need", {**valid[0], "need": ""}), ("behaviour", {**valid[0], "behaviour": "none"}))
    settings = (
        {"youngest": "13", "oldest": "19", "behaviour": "either"},
        {"youngest": "16", "oldest": "17", "behaviour": "offending"},
    )


class TestMediation(PathwayContract):
    pathway = mediation.PATHWAY
    valid = (
        {
            "other": str(SOMEBODY.case.others(SOMEBODY.person.id)[0].id),
            "against": "none",
            "contactable": "yes",
            "about": "A wall",
            "contact": "After six",
            **in_boxes("referred_on", ON),
            **in_boxes("other_on", ON),
        },
    )
    invalid = (
        ("other", {**valid[0], "other": "1"}),
        ("referred_on", {**valid[0], **in_boxes("referred_on", date(2027, 1, 1))}),
    )


class TestVictimSupport(PathwayContract):
    pathway = victim_support.PATHWAY
    valid = (
        {
            "way": "text",
            "instruction": "After six, never at work",
            "reach": "The first of the two on the police's file",
            "harm": "asb",
            "consented_by": "themselves",
            "wanted": "To sleep",
            **in_boxes("consented_on", ON),
        },
    )
    invalid = (("instruction", {**valid[0], "instruction": "Ring 07700 900123"}), ("reach", {**valid[0], "reach": ""}))


class TestFamilyIntervention(PathwayContract):
    pathway = family_intervention.PATHWAY
    valid = (
        {
            "members": str(SOMEBODY.case.others(SOMEBODY.person.id)[0].id),
            **dict.fromkeys(("eviction", "youth_crime"), "yes"),
            **dict.fromkeys(("enforcement", "exclusion"), "no"),
            "child_at_risk": "unknown",
            "need": "One letter instead of three",
        },
    )
    invalid = (("eviction", {**valid[0], "eviction": ""}), ("need", {**valid[0], "need": " "}))
    steps = (
        ("household_referred", {"members": valid[0]["members"]}),
        ("joined_referred", {"members": valid[0]["members"]}),
        ("criteria_referred", dict.fromkeys(Criterion, "yes")),
        ("panel", {**in_boxes("done_on", ON), "panel_said": "One plan"}),
        ("allocate", {"key_worker": "Kim Keyworker"}),
        ("assess", {**in_boxes("done_on", ON), **dict.fromkeys(Domain, "some")}),
        ("decline_panel", {"reason": "area"}),
        ("end_contract", {"reason": "moved"}),
    )


class TestMentoringPlugin(PluginContract):
    plugin = "plugins.mentoring"
    heard = heard(mentoring.PATHWAY, MentoringPayload(Behaviour.LIKELY, True, False, "Somebody to cook with"))


class TestMediationPlugin(PluginContract):
    plugin = "plugins.mediation"
    heard = heard(
        mediation.PATHWAY, MediationPayload(OTHER.id, OTHER.name, (), True, ON, ON, "A wall", "After six, at home")
    )


class TestVictimSupportPlugin(PluginContract):
    plugin = "plugins.victim_support"
    heard = heard(
        victim_support.PATHWAY,
        SupportPayload(Way.TEXT, "After six, never at work", "On the file", "asb", "themselves", ON, "To sleep"),
    )


class TestFamilyInterventionPlugin(PluginContract):
    plugin = "plugins.family_intervention"
    heard = heard(
        family_intervention.PATHWAY,
        FamilyPayload(
            members=(Member(SOMEBODY.person.id, SOMEBODY.person.name), Member(OTHER.id, OTHER.name)),
            met=(Criterion.EVICTION,),
            unknown=(),
            need="One letter instead of three",
            plan="Everybody reads the same letter",
        ),
    )


BROKEN = [
    ("unguarded_view", "it_is_taken_in", "declares no policy"),
    ("takes_a_table", "it_is_taken_in", "must be named"),
    ("misspells_a_hook", "it_is_taken_in", "Did you mean"),
    ("forgets_a_column", "it_is_sound", "column"),
    ("chokes_on_strangers", "it_is_sound", "Pathway"),
    ("names_keys_at_length", "it_is_sound", "of 95 characters: PostgreSQL takes 63"),
    (
        "reaches_into_core",
        "it_imports_the_plugin_interface_alone",
        "imports core.extensions: import core.plugin_api alone",
    ),
    (
        "asks_for_each_item",
        "an_agenda_costs_the_same_for_one_item_and_for_thirty",
        "ask for all of them in one query",
    ),
    ("asks_for_each_item", "minutes_cost_the_same_for_one_item_and_for_thirty", "ask for all in one query"),
    ("well_behaved", "its_minutes_are_tried_on_what_a_meeting_heard", "`heard` is empty"),
    ("raises_when_asked", "statistics_are_counts_without_a_name", "It did not answer"),
    (
        "keeps_to_itself",
        "what_it_holds_costs_the_same_for_one_referral_and_for_thirty",
        "ask for all of them in one query",
    ),
    (
        "keeps_to_itself",
        "what_it_keeps_of_somebody_they_are_given_a_copy_of",
        "keeps_to_itself_note.said is kept of a person",
    ),
    ("keeps_to_itself", "what_it_holds_is_about_whoever_was_asked_about", "Asked about nobody"),
    ("keeps_markup", "annotations_are_about_the_entries_and_name_their_audiences", "was not asked about"),
    ("keeps_markup", "what_minutes_keep_of_it_reads_the_same_without_it", "minutes keep plain text"),
    ("keeps_markup", "its_templates_escape_and_hold_no_script_or_style", "leave the escaping"),
    ("leaves_a_page_unfinished", "its_templates_can_be_read", "page.html, line 3: No filter named 'reference'"),
]


@pytest.mark.parametrize(("plugin", "rule", "said"), BROKEN)
def test_a_plugin_that_breaks_a_rule_is_caught_and_told(plugin, rule, said, tmp_path) -> None:
    kit = type("Kit", (PluginContract,), {"plugin": f"tests.broken_plugins.{plugin}"})()
    check = getattr(kit, f"test_{rule}")
    app = create_app(Config(data=tmp_path, plugins=(kit.plugin,), testing=True))
    bring_up_to_date(app)
    with app.app_context(), pytest.raises(AssertionError, match=said):
        check(**({"app": app} if "app" in inspect.signature(check).parameters else {}))
    with app.app_context():
        let_go(db.engine)


def test_no_rule_for_plugins_is_without_one_that_breaks_it() -> None:
    rules = {name.removeprefix("test_") for name in dir(PluginContract) if name.startswith("test_")}
    assert rules == {rule for _, rule, _ in BROKEN}


def test_the_kits_somebody_is_nobody_whom_a_scheme_could_mistake() -> None:
    assert SOMEBODY.case.role is PersonRole.SUBJECT
    assert SOMEBODY.payload is None
