"""A referral whose plugin is gone, or fails: it reads on, can end, and keeps nothing by halves."""

import pytest
from sqlalchemy import select

from core import plugin_host
from core.errors import Refused
from core.extensions import db
from core.facts import Audience
from core.plugin_host import PluginFailed
from core.referrals import consents, queries
from core.referrals.facts import rows_for
from plugins.mentoring import PATHWAY
from plugins.mentoring.models import Match

from .conftest import NOW, TODAY, World


def test_with_the_plugin_gone_it_reads_the_same_and_a_withdrawal_still_ends_it(world: World, monkeypatch) -> None:
    referral = world.visited()
    before = rows_for(referral.rows, frozenset({Audience.PROVIDER}))
    monkeypatch.setattr(plugin_host, "installed", dict)
    referral = world.read(referral.id)
    assert rows_for(referral.rows, frozenset({Audience.PROVIDER})) == before
    assert queries.providers_in(world.partnership.id, on=TODAY) == []
    with pytest.raises(Refused, match="not available"):
        world.move(referral, "match")
    consents.withdraw_consent(world.actor(world.worker), referral=referral, key="parent", withdrawn_on=TODAY, now=NOW)
    referral = world.read(referral.id)
    assert referral.closed_at is not None
    assert (referral.stage_title, referral.outcome) == ("Closed", "Consent withdrawn")


def test_a_withdrawal_ends_it_also_when_the_plugin_fails(world: World, monkeypatch) -> None:
    referral = world.matched(world.mentor())

    def fail(_self, _move):
        raise RuntimeError("Jayden Whitworth")

    monkeypatch.setattr(type(PATHWAY), "moved", fail)
    consents.withdraw_consent(world.actor(world.worker), referral=referral, key="parent", withdrawn_on=TODAY, now=NOW)
    referral = world.read(referral.id)
    assert (referral.stage_title, referral.outcome) == ("Closed", "Consent withdrawn")
    assert consents.consent_states(referral.consents)["parent"] == "withdrawn"
    assert [move.to_title for move in referral.moves][-1] == "Closed"


def test_a_plugin_that_fails_in_a_move_leaves_nothing_behind(world: World, monkeypatch) -> None:
    referral = world.visited()
    mentor = world.mentor()
    db.session.commit()

    def write_and_fail(_self, move):
        db.session.add(Match(mentor_id=mentor.id, referral_id=move.referral.id, since=TODAY))
        db.session.flush()
        raise RuntimeError("Jayden Whitworth")

    monkeypatch.setattr(type(PATHWAY), "moved", write_and_fail)
    with pytest.raises(PluginFailed, match="nothing was saved"):
        world.match(referral, mentor)
    db.session.rollback()
    assert world.read(referral.id).stage == "home_visit"
    assert db.session.scalars(select(Match)).all() == []
