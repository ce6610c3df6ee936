"""What a pathway must keep to before a referral can travel on it."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from core.plugin_api.pathway import Clock, Pathway, Stage, Transition
from core.plugin_api.pathway_form import PathwayForm

KEY = re.compile(r"[a-z][a-z0-9_]{0,58}")
_MUST_HAVE = ("key", "title", "payload_version", "form", "stages", "transitions", "halted")


def faults_of(pathway: Pathway[Any]) -> list[str]:
    """Everything that is wrong with a pathway's description, each a sentence. Empty when it can be used."""
    missing = [name for name in _MUST_HAVE if not hasattr(pathway, name)]
    if missing:
        return [f"{type(pathway).__name__} does not say its {name}." for name in missing]
    form: object = pathway.form
    if not (isinstance(form, type) and issubclass(form, PathwayForm)):
        return [f"The form of {pathway.key} is not a PathwayForm."]
    settings: object = pathway.settings
    if settings is not None and not (isinstance(settings, type) and issubclass(settings, PathwayForm)):
        return [f"The form of settings of {pathway.key} is not a PathwayForm."]
    if pathway.settings_version < 1:
        return [f"The version of the settings of {pathway.key} must be 1 or more."]
    if not pathway.stages or not all(isinstance(stage, Stage) for stage in pathway.stages):
        return [f"{pathway.key} has no stages."]
    if not all(isinstance(transition, Transition) for transition in pathway.transitions):
        return [f"A transition of {pathway.key} is not a Transition."]
    faults = [f"“{key}” is not a key: lower-case letters, digits and underscores." for key in _bad_keys(pathway)]
    faults += [f"Two stages are called {key}." for key in _doubles(s.key for s in pathway.stages)]
    faults += [f"Two transitions are called {key}." for key in _doubles(t.key for t in pathway.transitions)]
    faults += [
        f"Clock {key} has the key of a stage with a clock."
        for key in pathway.clocks
        if any(stage.key == key and stage.clock is not None for stage in pathway.stages)
    ]
    faults += [f"Clock “{clock.label}” needs either working days, weeks or months." for clock in _bad_clocks(pathway)]
    return faults or _faults_of_way(pathway)


def _faults_of_way(pathway: Pathway[Any]) -> list[str]:
    """Faults of the stage machine: dead ends, stages out of reach, moves out of a closed stage."""
    stages = {stage.key: stage for stage in pathway.stages}
    faults: list[str] = []
    for move in pathway.transitions:
        faults += [
            f"Transition {move.key} names stage {key}, which does not exist."
            for key in (move.source, move.target)
            if key not in stages
        ]
        if not move.by:
            faults.append(f"Nobody may make transition {move.key}.")
        if move.stays and move.source != move.target:
            faults.append(f"Transition {move.key} is said to stay, and leads from {move.source} to {move.target}.")
    if pathway.halted not in stages:
        faults.append(f"A withdrawn consent leads to stage {pathway.halted}, which does not exist.")
    if pathway.reopened and pathway.reopened not in stages:
        faults.append(f"One that is opened again goes on at stage {pathway.reopened}, which does not exist.")
    if faults:
        return faults
    if pathway.reopened and stages[pathway.reopened].closed:
        faults.append(f"One that is opened again must go on, and stage {pathway.reopened} is closed.")
    if not stages[pathway.halted].closed:
        faults.append(f"A withdrawn consent must close the referral, and stage {pathway.halted} is not closed.")
    faults += [
        f"Transition {move.key} leads out of {move.source}, which is closed."
        for move in pathway.transitions
        if stages[move.source].closed
    ]
    reached = _reachable(pathway, pathway.stages[0].key) | {pathway.halted}
    faults += [f"No move leads to stage {key}." for key in stages if key not in reached]
    faults += [
        f"From stage {key} there is no way to an end."
        for key, stage in stages.items()
        if not stage.closed and not any(stages[end].closed for end in _reachable(pathway, key))
    ]
    return faults


def _reachable(pathway: Pathway[Any], start: str) -> set[str]:
    """Keys of the stages to which moves lead from `start`, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        further = {move.target for move in pathway.transitions if move.source == here} - found
        found |= further
        waiting += further
    return found


def _doubles(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]


def _bad_keys(pathway: Pathway[Any]) -> list[str]:
    keys = [
        pathway.key,
        *(stage.key for stage in pathway.stages),
        *(move.key for move in pathway.transitions),
        *pathway.clocks,
    ]
    return [key for key in keys if not KEY.fullmatch(key)]


def _bad_clocks(pathway: Pathway[Any]) -> list[Clock]:
    clocks = [*(stage.clock for stage in pathway.stages if stage.clock is not None), *pathway.clocks.values()]
    return [clock for clock in clocks if [clock.working_days > 0, clock.weeks > 0, clock.months > 0].count(True) != 1]
