"""No sequence of moves reaches a stage without its consents, loses what was written, or leaves a clock running.

The four schemes, in the application; the third party's under `examples/` in a process of its own, because its tables
would stay with the others'.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from core.extensions import db
from plugins.family_intervention.queries import family_of
from plugins.mediation.queries import dispute_of
from plugins.mentoring.models import Mentor
from plugins.mentoring.queries import current_match
from plugins.victim_support.queries import entry_of
from tests import builders
from tests.support.any_life import LONGEST, AnyLife
from tests.support.referred_by_chance import a_setting

ROOT = Path(__file__).parents[3]


class Mentoring(AnyLife):
    pathway_key = "mentoring"
    whom = ("child", "youth", "lodger")
    answered = {"one_to_one": ["safe"]}
    still_worked_on = staticmethod(current_match)


class Mediation(AnyLife):
    pathway_key = "mediation"
    whom = ("mother", "hurt")
    answered = {"against": ["none"], "contactable": ["yes"]}
    still_worked_on = staticmethod(lambda referral_id: dispute_of(referral_id).ended_on is None)


class VictimSupport(AnyLife):
    pathway_key = "victim_support"
    whom = ("hurt",)
    answered = {"consented_by": ["themselves"]}
    still_worked_on = staticmethod(lambda referral_id: entry_of(referral_id).closed_on is None)


class FamilyIntervention(AnyLife):
    pathway_key = "family_intervention"
    whom = ("mother", "child")
    answered = {"eviction": ["yes"], "youth_crime": ["yes"]}
    still_worked_on = staticmethod(lambda referral_id: (family := family_of(referral_id)) and family.closed_on is None)


def sizes(full: bool) -> dict[str, Any]:
    """How many lives, and how many steps each has at most."""
    return {"max_examples": 300, "stateful_step_count": 50} if full else {"max_examples": 6, "stateful_step_count": 25}


@pytest.mark.parametrize(
    "scheme", [Mentoring, Mediation, VictimSupport, FamilyIntervention], ids=lambda s: s.pathway_key
)
def test_whatever_is_done_with_a_referral(app: Flask, scheme: type[AnyLife], request: pytest.FixtureRequest) -> None:
    scheme.setting, scheme.seen = a_setting(scheme.pathway_key), set()
    if scheme is Mentoring:
        mentors_of_both(scheme)
    run_state_machine_as_test(scheme, settings=settings(**sizes(request.config.getoption("--full"))))
    assert scheme.seen, "no move was made at all"


def mentors_of_both(scheme: type[AnyLife]) -> None:
    """Two mentors at each provider, in date for as long as any life goes."""
    until = builders.today() + 2 * LONGEST
    for provider in scheme.setting.providers:
        for number in (1, 2):
            db.session.add(
                Mentor(
                    provider_id=provider.id,
                    partnership_id=scheme.setting.partnership.id,
                    agency_id=provider.agency_id,
                    name=f"Mentor {number} of {provider.id}",
                    training_hours=20,
                    certificate_until=until,
                    check_until=until,
                    capacity=1,
                )
            )
    db.session.commit()


def test_whatever_is_done_with_a_third_partys(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    size = sizes(request.config.getoption("--full"))
    package = ROOT / "examples" / "acceptable_behaviour"
    said = subprocess.run(
        [sys.executable, "-m", "tests.support.any_contract", str(tmp_path), *map(str, size.values())],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(package)))},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "accept" in said.stdout.split()
