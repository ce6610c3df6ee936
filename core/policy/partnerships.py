"""Who may see and run agencies, groups and providers."""

from core.facts import Actor, AdminRole, Verdict
from core.partnerships.models import Group, GroupMember, PartnershipAgency, Provider
from core.policy.permissions import Permission
from core.policy.standing import NOT_A_MEMBER, Belongs, member_of_partnership, same_partnership

ADMINS_ONLY = "Only a partnership administrator may do this."


def partnership_admin(actor: Actor, _subject: object = None) -> Verdict:
    """A partnership administrator of the current partnership, while their agency belongs to it."""
    if actor.in_partnership and AdminRole.PARTNERSHIP_ADMIN in actor.roles:
        return Verdict.yes()
    return Verdict.no(ADMINS_ONLY)


def see_agency(actor: Actor, membership: PartnershipAgency) -> Verdict:
    """Agencies are no secret among partners."""
    if not same_partnership(actor, membership.partnership_id):
        return Verdict.hidden()
    return Verdict.yes()


def countersign(actor: Actor, _subject: object = None) -> Verdict:
    """Whoever works for an agency that has signed: what it signed, they read and put their name to."""
    if actor.signatory or actor.to_countersign is not None:
        return Verdict.yes()
    return Verdict.no(actor.standing or NOT_A_MEMBER)


def see_countersignatures(actor: Actor, membership: PartnershipAgency) -> Verdict:
    """Those who lead a group, the partnership's administrators, and the agency's own."""
    if not same_partnership(actor, membership.partnership_id):
        return Verdict.hidden()
    own = membership.agency_id == actor.agency_id and AdminRole.AGENCY_ADMIN in actor.roles
    if own or actor.led_groups or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no("Only chairs, coordinators and administrators see who has countersigned.")


def run_partnership(actor: Actor, of_partnership: Belongs | None = None) -> Verdict:
    """The partnership's administrators; for one agency, signature or group, of that partnership."""
    if of_partnership is not None and not same_partnership(actor, of_partnership.partnership_id):
        return Verdict.hidden()
    return partnership_admin(actor)


def see_group(actor: Actor, group: Group) -> Verdict:
    """Groups, their members and terms are no secret among partners."""
    return Verdict.yes() if same_partnership(actor, group.partnership_id) else Verdict.hidden()


def manage_group(actor: Actor, group: Group) -> Verdict:
    """Its coordinator and chair, and the partnership's administrators."""
    if not same_partnership(actor, group.partnership_id):
        return Verdict.hidden()
    if actor.leads(group.id) or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no("Only the group’s chair or coordinator, or a partnership administrator, may change it.")


def manage_member(actor: Actor, member: GroupMember) -> Verdict:
    """Whoever may change the group."""
    return manage_group(actor, member.group)


def see_provider(actor: Actor, provider: Provider) -> Verdict:
    """Who provides what is no secret among partners."""
    return Verdict.yes() if same_partnership(actor, provider.partnership_id) else Verdict.hidden()


def register_provider(actor: Actor, _subject: object = None) -> Verdict:
    """An agency administrator, for their own agency."""
    if not actor.in_partnership:
        return Verdict.no(actor.standing)
    if AdminRole.AGENCY_ADMIN in actor.roles and actor.agency_id is not None:
        return Verdict.yes()
    return Verdict.no("Only your agency’s administrator may register it as a provider.")


def manage_provider(actor: Actor, provider: Provider) -> Verdict:
    """The providing agency's administrator."""
    if not same_partnership(actor, provider.partnership_id):
        return Verdict.hidden()
    if provider.agency_id == actor.agency_id and AdminRole.AGENCY_ADMIN in actor.roles:
        return Verdict.yes()
    return Verdict.no("Only the administrator of the providing agency may change this.")


def approve_provider(actor: Actor, provider: Provider) -> Verdict:
    """The partnership's administrators."""
    if not same_partnership(actor, provider.partnership_id):
        return Verdict.hidden()
    return partnership_admin(actor)


def see_statistics(actor: Actor, _subject: object = None) -> Verdict:
    """Those who lead a group, and the partnership's administrators. Counts name nobody, but a small one may point."""
    if not actor.in_partnership:
        return Verdict.no(actor.standing or NOT_A_MEMBER)
    if actor.led_groups or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no("Only chairs, coordinators and partnership administrators may see the statistics.")


RULES = {
    Permission.SEE_PARTNERSHIP: member_of_partnership,
    Permission.COUNTERSIGN: countersign,
    Permission.SEE_AGENCY: see_agency,
    Permission.SEE_COUNTERSIGNATURES: see_countersignatures,
    Permission.MANAGE_AGENCIES: run_partnership,
    Permission.SEE_GROUP: see_group,
    Permission.MANAGE_GROUPS: run_partnership,
    Permission.MANAGE_GROUP: manage_group,
    Permission.MANAGE_MEMBER: manage_member,
    Permission.SEE_PROVIDER: see_provider,
    Permission.REGISTER_PROVIDER: register_provider,
    Permission.MANAGE_PROVIDER: manage_provider,
    Permission.APPROVE_PROVIDER: approve_provider,
    Permission.SEE_STATISTICS: see_statistics,
}
