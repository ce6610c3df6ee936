"""Who may see and update actions."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from core.actions.models import Action
from core.cases.models import Case
from core.facts import Actor, Verdict
from core.policy import cases
from core.policy.permissions import Permission
from core.policy.standing import member_of_partnership, same_partnership, signatory


def see_action(actor: Actor, action: Action) -> Verdict:
    """Its owner's agency, and whoever may open its case; without a case, members of the group."""
    if not same_partnership(actor, action.partnership_id):
        return Verdict.hidden()
    own = action.owner_agency_id == actor.agency_id
    by_case = cases.open_case(actor, action.case) if action.case is not None else None
    by_group = action.case is None and action.group_id in actor.groups
    if not (own or by_group or (by_case is not None and by_case.known)):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if action.case_id in actor.recused_cases or action.item_id in actor.recused_items:
        return Verdict.no(cases.RECUSED)
    if own or by_group or by_case is None:
        return Verdict.yes()
    return by_case


def actions_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see_action`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return and_(
        Action.partnership_id == actor.partnership_id,
        or_(
            Action.owner_agency_id == actor.agency_id,
            _of_case(cases.open_to(actor)),
            and_(
                Action.case_id.is_(None),
                Action.group_id.in_(actor.groups.keys()) if actor.groups else false(),
            ),
        ),
        or_(Action.case_id.is_(None), Action.case_id.not_in(actor.recused_cases)) if actor.recused_cases else true(),
        or_(Action.item_id.is_(None), Action.item_id.not_in(actor.recused_items)) if actor.recused_items else true(),
    )


def actions_known_to(actor: Actor) -> ColumnElement[bool]:
    """Actions whose reference, dates and status the actor may see, whether or not they may open them."""
    if not actor.in_partnership:
        return false()
    return and_(
        Action.partnership_id == actor.partnership_id,
        or_(
            Action.owner_agency_id == actor.agency_id,
            _of_case(cases.known_to(actor)),
            and_(
                Action.case_id.is_(None),
                Action.group_id.in_(actor.groups.keys()) if actor.groups else false(),
            ),
        ),
    )


def _of_case(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The action's case is one of those. Asked for each action: a list of all such cases would be read for one."""
    return select(Case.id).where(Case.id == Action.case_id, which).correlate(Action).exists()


def update_action(actor: Actor, action: Action) -> Verdict:
    """The owner's agency, and those who lead the group."""
    seen = see_action(actor, action)
    if not seen:
        return seen
    if action.owner_agency_id == actor.agency_id or actor.leads(action.group_id):
        return Verdict.yes()
    return Verdict.no("Only the agency that owns this action, the chair or the coordinator may update it.")


def reassign_action(actor: Actor, action: Action) -> Verdict:
    """To another agency: those who lead the group."""
    seen = see_action(actor, action)
    if not seen:
        return seen
    if actor.leads(action.group_id):
        return Verdict.yes()
    return Verdict.no("Only the chair or the coordinator may give an action to another agency.")


RULES = {
    Permission.LIST_ACTIONS: member_of_partnership,
    Permission.SEE_ACTION: see_action,
    Permission.UPDATE_ACTION: update_action,
    Permission.REASSIGN_ACTION: reassign_action,
    Permission.EXPORT_ACTIONS: signatory,
}
