"""The third party's scheme of `examples/` led through any life, in a process of its own: its tables stay there.

    python -m tests.support.any_contract FOLDER LIVES STEPS

Writes the moves that were made.
"""

import sys
from pathlib import Path
from typing import Any

from acceptable_behaviour.models import Signed
from acceptable_behaviour.operations import add_term
from acceptable_behaviour.queries import current
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.plugin_api import referral_of
from core.plugin_api.pathway import Transition
from core.referrals.models import Referral
from core.schema import bring_up_to_date
from tests.support.any_life import AnyLife
from tests.support.referred_by_chance import a_setting

KEY = "acceptable_behaviour"


def under_way(referral_id: int) -> Signed | None:
    """The contract that is signed and not closed."""
    return current(referral_id)


class Contract(AnyLife):
    """Of somebody of 15 or 17."""

    pathway_key = KEY
    whom = ("child", "youth")
    still_worked_on = staticmethod(under_way)

    def ready(self, referral: Referral, move: Transition) -> None:
        """Nobody signs an empty contract: the provider agrees a term first."""
        if move.key == "sign" and referral.stage == move.source:
            found: Any = referral_of(KEY)(referral.id)
            worker = self.setting.actor(self.setting.workers[referral.provider_id], self.on)
            add_term(worker, referral=found, text="I will not throw stones", proposed_by="Council", on=self.on)


def main(folder: Path, lives: int, steps: int) -> None:
    """Lead it through so many lives."""
    app = create_app(Config(data=folder, plugins=(KEY,), testing=True))
    bring_up_to_date(app)
    with app.app_context():
        Contract.setting, Contract.seen = a_setting(KEY), set()
        sizes = settings(max_examples=lives, stateful_step_count=steps, deadline=None, derandomize=lives < 100)
        run_state_machine_as_test(Contract, settings=sizes)
        sys.stdout.write(" ".join(sorted(Contract.seen)))
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
