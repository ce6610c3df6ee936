"""Changing the clocks of a partnership or of one of its groups."""

from collections.abc import Collection, Mapping

from core import audit
from core.errors import Stale
from core.facts import Actor
from core.partnerships.clocks import Setting, faults_in
from core.partnerships.models import Group, Partnership

LINK, ATTACHED = "link", "attached"
"""How copies are sent, as the form has it."""

THOSE_WHO_LEAD, EVERYBODY = "lead", "all"
"""Who signs in in two steps, as the form has it."""


def faults_of_partnership(
    settings: Mapping[str, Setting], typed: Mapping[str, str], groups: list[Group]
) -> dict[str, str]:
    """What is wrong with a partnership's own values; also where a group's own terms would no longer fit them."""
    faults = faults_in(typed, settings)
    if faults:
        return faults
    for group in groups:
        for name, fault in faults_in({**typed, **group.clocks}, settings).items():
            faults.setdefault(name, f"{fault} {group.name} has terms of its own that no longer fit.")
    return faults


def change_clocks_of_partnership(
    actor: Actor, *, partnership: Partnership, version: int, own: Mapping[str, str], asked: Collection[str]
) -> None:
    """Keep a partnership's own values, checked before. Of those `asked` for, what is not in `own` follows the defaults;
    of a pathway that is away, what was kept stays. Raises Stale.
    """
    if version != partnership.version:
        raise Stale(_boxes(partnership.clocks, asked))
    partnership.clocks = _kept(partnership.clocks, own, asked)
    audit.record(
        actor,
        audit.Category.ADMIN,
        "partnership.clocks",
        object=f"partnership:{partnership.id}",
        payload=partnership.clocks,
    )


def change_clocks_of_group(
    actor: Actor, *, group: Group, version: int, own: Mapping[str, str], asked: Collection[str]
) -> None:
    """Keep a group's own terms, checked before. Of those `asked` for, what is not in `own` follows the partnership; of
    a pathway that is away, what was kept stays. Raises Stale.
    """
    if version != group.version:
        raise Stale(_boxes(group.clocks, asked))
    group.clocks = _kept(group.clocks, own, asked)
    audit.record(actor, audit.Category.ADMIN, "group.terms", object=f"group:{group.id}", payload=group.clocks)


def change_how_copies_are_sent(actor: Actor, *, partnership: Partnership, version: int, attach: bool) -> None:
    """Attach each reader's copy to its mail as a locked file, or send a link alone. Mails that are waiting follow a
    change to links at once. Raises Stale.
    """
    if version != partnership.version:
        raise Stale({"copies": ATTACHED if partnership.attach_copies else LINK})
    partnership.attach_copies = attach
    audit.record(
        actor,
        audit.Category.ADMIN,
        "partnership.copies",
        object=f"partnership:{partnership.id}",
        payload={"attach": attach},
    )


def who_takes_two_steps(partnership: Partnership) -> str:
    """As the form has it."""
    return EVERYBODY if partnership.two_step_for_all else THOSE_WHO_LEAD


def change_who_takes_two_steps(actor: Actor, *, partnership: Partnership, version: int, everybody: bool) -> None:
    """Ask everybody for a second step at sign-in, or only those who lead and administer. Raises Stale."""
    if version != partnership.version:
        raise Stale({"who": who_takes_two_steps(partnership)})
    partnership.two_step_for_all = everybody
    audit.record(
        actor,
        audit.Category.ADMIN,
        "partnership.two_step",
        object=f"partnership:{partnership.id}",
        payload={"everybody": everybody},
    )


def _boxes(own: Mapping[str, int], asked: Collection[str]) -> dict[str, int | None]:
    """Every box of the form with its own value, or empty."""
    return {name: own.get(name) for name in asked}


def _kept(before: Mapping[str, int], own: Mapping[str, str], asked: Collection[str]) -> dict[str, int]:
    unasked = {name: value for name, value in before.items() if name not in asked}
    return unasked | {name: int(value) for name, value in own.items()}
