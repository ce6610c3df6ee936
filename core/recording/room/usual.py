"""Actions that are usually agreed with a referral, offered under an item whose case has one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core import plugin_host
from core.actions.models import Action
from core.errors import Refused
from core.facts import Actor
from core.meetings.models import AgendaItem
from core.policy import Permission, decide
from core.referrals.models import Referral
from core.referrals.operations import action_templates_of
from core.working_days import add_working_days


@dataclass(frozen=True, slots=True)
class Usual:
    """A pathway's suggestion. `key`, as an address holds it: the pathway and its template, and nobody's name."""

    key: str
    pathway: str
    text: str
    due_in: int

    def due(self, on: date) -> date | None:
        """When it is due if it is agreed on that day; None past the bank holidays known."""
        try:
            return add_working_days(on, self.due_in)
        except Refused:
            return None


def usual_at(
    actor: Actor, item: AgendaItem, *, referrals: Iterable[Referral], agreed: Iterable[Action] = ()
) -> Sequence[Usual]:
    """What the pathways of the case's open `referrals` suggest, less what the item has `agreed` word for word.

    Nothing to whoever may not open the case: that somebody was referred is the case's to tell.
    """
    if item.case is None or not decide(actor, Permission.OPEN_CASE, item.case):
        return ()
    keys = list(dict.fromkeys(referral.pathway_key for referral in referrals))
    running = plugin_host.pathways(item.case.partnership_id) if keys else {}
    texts = {action.text for action in agreed}
    found = []
    for pathway in (running[key] for key in keys if key in running):
        try:
            templates = action_templates_of(pathway)
        except plugin_host.PluginFailed:
            continue  # noted for whoever runs the plugins; the item is read without its suggestions
        found += [
            Usual(f"{pathway.key}.{each.key}", pathway.title, each.text, each.due_in)
            for each in templates
            if each.text not in texts
        ]
    return found
