"""Who may read a protected address, and who may say that one is."""

from dataclasses import dataclass

from core.cases.models import Case
from core.facts import Actor, Verdict
from core.people.models import Person, ProtectedAddress
from core.policy.cases import open_person, person_changed_by
from core.policy.permissions import Permission

NOT_NAMED = "This address is protected: only the agencies that are named for it read or change it."


@dataclass(frozen=True, slots=True)
class AddressOf:
    """Somebody, every case that names them, and their protected address where they have one."""

    person: Person
    cases: list[Case]
    protected: ProtectedAddress | None

    def is_read_by(self, agency_id: int | None) -> bool:
        """Whether that agency is named for it."""
        readers = self.protected.readers if self.protected is not None else []
        return any(reader.agency_id == agency_id for reader in readers)


def read_address(actor: Actor, of: AddressOf) -> Verdict:
    """Whoever may open the person, and is of an agency that is named for the address."""
    verdict = open_person(actor, of.person, of.cases)
    if not verdict:
        return verdict
    if of.protected is None:
        return Verdict.hidden()
    return Verdict.yes() if of.is_read_by(actor.agency_id) else Verdict.no(NOT_NAMED)


def protect_address(actor: Actor, of: AddressOf) -> Verdict:
    """Whoever may change the person; once it is protected, of an agency that is named."""
    verdict = person_changed_by(actor, (of.person, of.cases))
    if verdict and of.protected is not None and not of.is_read_by(actor.agency_id):
        return Verdict.no(NOT_NAMED)
    return verdict


def end_protection(actor: Actor, of: AddressOf) -> Verdict:
    """The same, of an address that is protected."""
    verdict = protect_address(actor, of)
    return Verdict.hidden() if verdict and of.protected is None else verdict


RULES = {
    Permission.READ_PROTECTED_ADDRESS: read_address,
    Permission.PROTECT_ADDRESS: protect_address,
    Permission.END_PROTECTION: end_protection,
}
