"""What comes before every other rule: that whoever asks has countersigned what their agency signed."""

from core.facts import Actor, Verdict
from core.policy.permissions import Permission

OPEN_BEFORE = frozenset(
    {
        Permission.COUNTERSIGN,
        Permission.FINISH_SIGNING_IN,
        Permission.MANAGE_OWN_ACCOUNT,
        Permission.END_SESSION,
        Permission.REMOVE_PASSKEY,
        Permission.UNLINK_AGENCY_ACCOUNT,
    }
)
"""Their own account, and the page that asks them."""


def go_on(actor: Actor, permission: Permission) -> Verdict:
    """Whether they may ask for that at all. Asked before it is looked for, so that nothing is learnt from the answer.

    What is written to them or made for them is another question: there they are as if their agency had not signed.
    """
    if actor.to_countersign is None or permission in OPEN_BEFORE:
        return Verdict.yes()
    return Verdict.no(actor.standing)
