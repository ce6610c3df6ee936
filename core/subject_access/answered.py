"""A pack with what schemes keep for their own staff, as far as they have answered for it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.subject_access.gathering.shelf import Kind, facts
from core.subject_access.lists import SchemeAnswer
from core.subject_access.models import AccessScheme
from core.subject_access.pack import OF_SCHEME, SCHEMES, TOGETHER, Entry, Held, Pack, Part, Section

WAITS = "{title}: waits for the scheme’s own staff"
NOT_IN_IT = "{title}: not in this copy"

_ORDER = {kind.value: n for n, kind in enumerate(Kind)}


def with_schemes(pack: Pack, rows: Sequence[AccessScheme]) -> Pack:
    """The same pack, and under each agency what its scheme gives; of the others, that there is something, or why not.

    It holds nothing that a scheme's own staff have not answered for.
    """
    by_provider = {row.provider_id: row for row in rows if row.provider_id is not None}
    by_plugin = {row.plugin: row for row in rows if row.plugin}
    together = pack.parts[0].agency if pack.parts and pack.parts[0].agency_id == TOGETHER else ""
    more: dict[int, tuple[str, list[Entry]]] = {}
    for scheme in pack.schemes:
        row = by_provider.get(scheme.provider_id)
        kept = more.setdefault(scheme.agency_id, (scheme.agency, []))[1]
        if row is not None and row.answer is SchemeAnswer.GIVEN:
            kept += scheme.entries
        else:
            kept.append(_instead(scheme.title, row, len(scheme.entries)))
    for each in pack.unread:
        kept = more.setdefault(TOGETHER, (together, []))[1]
        kept.append(_instead(each.title, by_plugin.get(each.plugin), 0))
    return replace(pack, parts=_joined(pack.parts, more), schemes=(), unread=())


def _instead(title: str, row: AccessScheme | None, number: int) -> Entry:
    if row is None or row.answer is None:
        return Entry(title=WAITS.format(title=title), facts=facts(("Things held", number or "")))
    why = Held(label="Why", place=f"{OF_SCHEME}{row.id}:left-out", text=row.reason)
    return Entry(title=NOT_IN_IT.format(title=title), texts=(why,))


def _joined(parts: Sequence[Part], more: Mapping[int, tuple[str, list[Entry]]]) -> tuple[Part, ...]:
    found = {part.agency_id: part for part in parts}
    for agency_id, (agency, entries) in more.items():
        part = found.get(agency_id) or Part(agency_id=agency_id, agency=agency, sections=())
        sections = [*part.sections, Section(heading=SCHEMES, entries=tuple(entries))]
        sections.sort(key=lambda section: _ORDER.get(section.heading, len(_ORDER)))
        found[agency_id] = replace(part, sections=tuple(sections))
    return tuple(
        sorted(found.values(), key=lambda part: (part.agency_id != TOGETHER, part.agency.casefold(), part.agency_id))
    )
