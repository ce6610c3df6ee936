"""The one gate: every access rule, deny by default (docs/adr/0004-one-gate-one-transaction.md).

`decide` answers for one object; the modules' SQL twins answer for lists. A property test holds the two together.
"""

from collections.abc import Callable
from typing import Any

from core.errors import Refused
from core.facts import Actor, Verdict
from core.policy import (
    access,
    actions,
    admin,
    cases,
    chairing,
    checking,
    composing,
    correcting,
    disclosing,
    emergencies,
    hate,
    meetings,
    merging,
    minutes,
    partnerships,
    projecting,
    protecting,
    recording,
    rectifying,
    referrals,
    retention,
    room,
    standards,
    subject_access,
)
from core.policy.permissions import Permission

NO_SUCH_THING = "There is no such thing."

Rule = Callable[..., Verdict]

_RULES: dict[Permission, Rule] = {
    permission: rule
    for subject in (
        access,
        actions,
        admin,
        cases,
        chairing,
        checking,
        composing,
        correcting,
        disclosing,
        emergencies,
        hate,
        meetings,
        merging,
        minutes,
        partnerships,
        projecting,
        protecting,
        recording,
        rectifying,
        referrals,
        retention,
        room,
        standards,
        subject_access,
    )
    for permission, rule in subject.RULES.items()
}


def decide(actor: Actor, permission: Permission, subject: Any = None) -> Verdict:
    """Whether the actor may do that to that object. A permission without a rule is refused."""
    rule = _RULES.get(permission)
    if rule is None:
        return Verdict.no("There is no rule that allows this.")
    return rule(actor) if subject is None else rule(actor, subject)


def require(actor: Actor, permission: Permission, subject: Any = None, *, hidden: str = NO_SUCH_THING) -> None:
    """Raise Refused with the rule's reason unless the actor may; `hidden` is said of what they may not know of."""
    verdict = decide(actor, permission, subject)
    if not verdict:
        raise Refused(verdict.reason or hidden)


__all__ = ["Permission", "decide", "require"]
