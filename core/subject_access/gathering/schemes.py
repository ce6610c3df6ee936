"""What schemes keep for their own staff about somebody: rows of their referrals that nobody else reads, and what the
tables of the plugins hold (docs/adr/0018-what-a-scheme-holds-about-somebody.md).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core import plugin_host
from core.dates import in_words
from core.extensions import db
from core.facts import MaskReason
from core.partnerships.models import Provider
from core.plugin_api.holding import HeldRecord
from core.plugin_host import Answer, Unavailable
from core.referrals.facts import thawed
from core.referrals.models import Referral
from core.subject_access.gathering.services import AUDIENCES
from core.subject_access.gathering.shelf import Writer, facts
from core.subject_access.gathering.whom import Whom
from core.subject_access.pack import OF_SCHEME, Entry, Scheme, Unread

HOOK = "roundtable_held_about"

FAILED = "It could not be asked what it holds about the person."
ABSENT = "It is not installed any more, so that nobody can read what it holds about the person."
SILENT = "It keeps something of people, and does not say what it holds about the person."
STRANGE = "It told of a referral that there is not."

LONGEST_PLACE = 80


@dataclass(slots=True)
class Schemes:
    """What was found: by provider, what is missing, and everybody else whom it is about."""

    found: Sequence[Scheme] = ()
    unread: Sequence[Unread] = ()
    people: Collection[int] = field(default_factory=set)


def schemes_of(whom: Whom, referrals: Sequence[Referral], write: Writer) -> Schemes:
    """Ask every plugin that runs, be it switched off in the partnership or not. One query besides theirs."""
    answers = plugin_host.ask_whatever_is_on(
        HOOK, people=tuple(sorted(whom.ids)), referrals=tuple(each.id for each in referrals)
    )
    told: list[tuple[str, HeldRecord]] = []
    unread = {each.plugin: each for each in _not_asked(referrals)}
    for answer in answers:
        if isinstance(answer, Unavailable):
            unread[answer.plugin] = Unread(
                plugin=answer.plugin, title=answer.title, why=FAILED, reference=answer.reference
            )
        else:
            told += [(answer.plugin, record) for record in answer.values]
    by_id = {each.id: each for each in referrals}
    by_id |= _others(whom, {record.referral_id for _, record in told} - set(by_id))
    for plugin, title in {(answer.plugin, answer.title) for answer in answers if isinstance(answer, Answer)}:
        if any(record.referral_id not in by_id for name, record in told if name == plugin):
            unread[plugin] = Unread(plugin=plugin, title=title, why=STRANGE)
    entries: defaultdict[int, list[Entry]] = defaultdict(list)
    titles: defaultdict[int, dict[str, None]] = defaultdict(dict)
    providers: dict[int, Provider] = {}
    for referral in by_id.values():
        providers[referral.provider_id] = referral.provider
        titles[referral.provider_id][referral.pathway_title] = None
    for referral in referrals:
        entries[referral.provider_id] += _own_rows(referral, write)
    for plugin, record in told:
        if plugin not in unread:
            provider_id = by_id[record.referral_id].provider_id
            entries[provider_id].append(_entry(plugin, provider_id, record, write))
    return Schemes(
        found=[
            Scheme(
                provider_id=provider_id,
                agency_id=providers[provider_id].agency_id,
                agency=providers[provider_id].agency.name,
                title=", ".join(titles[provider_id]),
                entries=tuple(kept),
            )
            for provider_id, kept in sorted(entries.items())
            if kept
        ],
        unread=[unread[plugin] for plugin in sorted(unread)],
        people={each for _, record in told for each in record.people} - whom.ids,
    )


def _not_asked(referrals: Sequence[Referral]) -> Sequence[Unread]:
    """Pathways to which they were referred, and whose plugin is gone, or keeps tables and does not answer the hook."""
    host = plugin_host.host_of_current()
    silent = {
        info.name
        for info in host.plugins
        if info.metadata is not None and info.metadata.tables and not host.answers(info.name, HOOK)
    }
    found: dict[str, Unread] = {}
    for each in referrals:
        owner = host.owners.get(each.pathway_key)
        if owner is None:
            found[each.pathway_key] = Unread(plugin=each.pathway_key, title=each.pathway_title, why=ABSENT)
        elif owner in silent:
            found[owner] = Unread(plugin=owner, title=each.pathway_title, why=SILENT)
    return list(found.values())


def _others(whom: Whom, ids: Collection[int]) -> Mapping[int, Referral]:
    """Referrals of others that hold something of the person: as the other party, as one of a household."""
    rows = db.session.scalars(
        select(Referral)
        .where(Referral.id.in_(ids), Referral.partnership_id == whom.person.partnership_id)
        .options(joinedload(Referral.provider).joinedload(Provider.agency), raiseload("*"))
    )
    return {each.id: each for each in rows}


def _own_rows(referral: Referral, write: Writer) -> Sequence[Entry]:
    """Rows of a referral that are for the provider's own staff or a plan's agencies alone, and what its staff noted."""
    at = f"{OF_SCHEME}{referral.provider_id}:referral:{referral.id}"
    rows = [row for row in map(thawed, referral.rows) if not row.audiences & AUDIENCES]
    texts = write.several(
        (
            *((row.label, f"{at}:row:{n}", row.value) for n, row in enumerate(rows)),
            *((f"Noted, {in_words(move.at)}", f"{at}:move:{move.id}", move.note) for move in referral.moves),
        )
    )
    return [Entry(title=f"Referral {referral.ref}: {referral.pathway_title}", texts=texts)] if texts else []


def _entry(plugin: str, provider_id: int, record: HeldRecord, write: Writer) -> Entry:
    return Entry(
        title=record.title,
        facts=facts(*record.facts),
        texts=tuple(
            held
            for n, each in enumerate(record.texts)
            for held in write.held(
                each.label,
                _place(provider_id, f"{plugin}:{record.key}:{n}"),
                each.text,
                whole=MaskReason.THIRD_PARTY if each.of_others else None,
            )
        ),
    )


def _place(provider_id: int, key: str) -> str:
    """Where masks find it: as long as a place may be, however long a plugin's keys are."""
    place = f"{OF_SCHEME}{provider_id}:{key}"
    if len(place) > LONGEST_PLACE:
        return f"{OF_SCHEME}{provider_id}:{sha256(key.encode()).hexdigest()[:40]}"
    return place
