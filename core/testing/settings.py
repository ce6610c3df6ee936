"""The rules for a form of settings, which a provider of a pathway fills in for its own scheme."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField

from core.partnerships.providers.forms import settings_in_words, values_for
from core.plugin_api.facts import ReferralFacts
from core.plugin_api.pathway import Pathway
from core.plugin_api.pathway_form import PathwayForm

MARKUP = '<b>&amp; "so"</b>'
"""What somebody could type: it must come back as it was, character by character."""


class SettingsRules:
    """Part of `PathwayContract`; a pathway without a form of settings keeps every one of these.

    `settings`: what the form is sent, field -> text, and takes; more than one, if your pathway decides by them.
    `old_settings`: version and data of what was filled in, for every version before `settings_version`.
    """

    pathway: ClassVar[Pathway[Any]]
    settings: ClassVar[Sequence[Mapping[str, Any]]] = ()
    old_settings: ClassVar[Sequence[tuple[int, Mapping[str, Any]]]] = ()
    facts: ClassVar[ReferralFacts[Any]]
    on: ClassVar[date]

    def test_settings_are_the_same_after_they_were_kept(self) -> None:
        """What was filled in is JSON, is read again, and stands in the form as it was when it is opened again."""
        kind = self.pathway.settings
        if kind is None:
            return
        assert self.settings, "Give `settings` at least one filled-in form of settings."
        for sent in self.settings:
            kept = _kept(kind, sent)
            assert isinstance(kept, dict), f"The form of settings refuses {dict(sent)}: {kept}. Mend it, or `settings`."
            loaded = self._read_twice(kept, self.pathway.settings_version)
            assert loaded is not None, "load_settings() asks for what was filled in just now: return it."
            again = _shown_again(kind, loaded)
            assert again == kept, f"Opened again, the form of settings shows {again}, and was {kept}."

    def test_markup_in_settings_stays_text(self) -> None:
        """What was typed is kept as it was; Roundtable escapes it where it is shown."""
        kind = self.pathway.settings
        for sent in self.settings if kind is not None else ():
            assert kind is not None
            texts = _texts_of(kind)
            kept = _kept(kind, {**sent, **dict.fromkeys(texts, MARKUP)})
            if not isinstance(kept, dict):  # a field that takes no markup at all is as safe
                continue
            changed = [name for name in texts if kept.get(name) != MARKUP]
            assert not changed, f"What was typed is not kept as it was: {', '.join(changed)}. Leave the escaping alone."
            with Flask("kit").test_request_context():
                said = settings_in_words(kind, kept)
            for text in said.values():
                assert not isinstance(text, Markup), f"“{text}” is marked as safe: give it as plain text."

    def test_it_answers_with_any_settings_and_with_none(self) -> None:
        """Until they are filled in `facts.settings` is empty: every one of them needs a default."""
        kind = self.pathway.settings
        filled_in = [kept for sent in self.settings if kind and isinstance(kept := _kept(kind, sent), dict)]
        for settings in ({}, *filled_in):
            facts = replace(self.facts, settings=settings)
            try:
                for found in self.pathway.eligibility(facts, self.on):
                    assert found.reason.strip(), f"With the settings {settings} a finding gives no reason."
                list(self.pathway.consents(facts, self.on))
            except KeyError as fault:
                raise AssertionError(
                    f"It looks for the setting {fault}, which is not filled in: facts.settings.get({fault}, …)."
                ) from fault

    def test_settings_of_earlier_versions_are_read_or_asked_for_again(self) -> None:
        """What was filled in before an upgrade is brought up to date, or load_settings() gives None."""
        kind = self.pathway.settings
        if kind is None:
            return
        missing = sorted(set(range(1, self.pathway.settings_version)) - {version for version, _ in self.old_settings})
        assert not missing, f"Give `old_settings` what was filled in by version {', '.join(map(str, missing))}."
        for version, data in self.old_settings:
            loaded = self._read_twice(data, version)
            if loaded is None:
                continue
            lost = sorted(set(_shown_again(kind, loaded)) - set(loaded))
            assert not lost, f"load_settings() of version {version} lacks {', '.join(lost)}: fill it in, or give None."
            json.dumps(dict(loaded))
        later = self.pathway.settings_version + 1
        assert self.pathway.load_settings({}, later) is None, f"load_settings() took version {later}, which never was."

    def _read_twice(self, data: Mapping[str, Any], version: int) -> Mapping[str, Any] | None:
        """What load_settings() makes of it, the same each time."""
        first, second = (self.pathway.load_settings(data, version) for _ in range(2))
        assert first == second, f"load_settings() gave {first}, then {second}. It must depend on its arguments alone."
        return first


def _kept(kind: type[PathwayForm], sent: Mapping[str, Any]) -> Any:
    """What is kept of a form that is sent, read from JSON again: a dictionary; its errors where it refuses."""
    with Flask("kit").test_request_context(method="POST"):
        form = kind(MultiDict(sent))
        if not form.validate():
            return [form.errors]
        try:
            return json.loads(json.dumps(form.answers()))
        except TypeError as fault:
            raise AssertionError(f"answers() of {kind.__name__} are not JSON: {fault}") from fault


def _shown_again(kind: type[PathwayForm], loaded: Mapping[str, Any]) -> dict[str, Any]:
    with Flask("kit").test_request_context():
        answers: dict[str, Any] = json.loads(json.dumps(kind(formdata=None, **values_for(kind, loaded)).answers()))
    return answers


def _texts_of(kind: type[PathwayForm]) -> list[str]:
    with Flask("kit").test_request_context():
        return [field.short_name for field in kind(formdata=None) if _takes_text(field)]


def _takes_text(field: Field) -> bool:
    return isinstance(field, StringField) and field.short_name != "idempotency_key"
