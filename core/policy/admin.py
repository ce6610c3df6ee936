"""Who may run the partnership's books of accounts, read the trail and look after the machine."""

from core.accounts.models import LinkedIdentity, Passkey, User, UserSession
from core.facts import LEADING_ROLES, Actor, AdminRole, Verdict
from core.partnerships.models import Agency
from core.policy.partnerships import partnership_admin
from core.policy.permissions import Permission
from core.policy.standing import anybody, same_partnership

SHARED_AGENCY = (
    "This agency belongs to another partnership as well, and its people’s accounts open that one’s cases, too. Its own "
    "administrator makes and manages them, or whoever runs the machine, on the command line."
)

SHARED_SIGN_IN = (
    "This agency belongs to another partnership as well. How its people sign in is set up by whoever runs the "
    "machine: a platform administrator."
)

IN_USE = (
    "The owner of this account has set a password. Only a partnership administrator may invite them again; of an "
    "agency that two partnerships share, whoever runs the machine."
)


TWO_STEP_ROLES = frozenset(AdminRole) - {AdminRole.AUDITOR}


def must_take_two_steps(actor: Actor, *, everybody: bool) -> bool:
    """Whether a password alone does not do: for chairs, their deputies, coordinators and administrators.

    `everybody`: what the partnership asks of all.
    """
    leads = any(role in LEADING_ROLES for role in actor.groups.values())
    return everybody or leads or bool(actor.roles & TWO_STEP_ROLES)


def _has(actor: Actor, *roles: AdminRole) -> bool:
    return any(role in actor.roles for role in roles)


def own(actor: Actor, thing: UserSession | Passkey | LinkedIdentity) -> Verdict:
    """One's own. That somebody else has one is not told."""
    return Verdict.yes() if thing.user_id == actor.user_id else Verdict.hidden()


def see_admin(actor: Actor, _subject: object = None) -> Verdict:
    """Any of the administrators, and auditors."""
    if actor.roles and (actor.in_partnership or AdminRole.PLATFORM_ADMIN in actor.roles):
        return Verdict.yes()
    return Verdict.no("Only administrators, auditors and data protection leads may see this.")


def manage_users(actor: Actor, _subject: object = None) -> Verdict:
    """Partnership administrators for the partnership's agencies, agency administrators for their own."""
    if actor.in_partnership and _has(actor, AdminRole.PARTNERSHIP_ADMIN, AdminRole.AGENCY_ADMIN):
        return Verdict.yes()
    return Verdict.no("Only an administrator may manage accounts.")


def manage_user(actor: Actor, user: User) -> Verdict:
    """One account: of an agency of the partnership, or of the agency administrator's own agency.

    Whoever manages an account can let somebody else into it, by an invitation. So nobody manages one that holds a
    role that they could not grant: over the whole partnership, in another partnership, over the machine. The people
    of an agency that several partnerships share see the cases of each, so no single partnership's administrator
    lets anybody in there.
    """
    agency = user.agency
    if agency is None or not any(same_partnership(actor, m.partnership_id) for m in agency.memberships):
        return Verdict.hidden()
    allowed = manage_users(actor)
    if not allowed:
        return allowed
    if agency.id != actor.agency_id:
        if not partnership_admin(actor):
            return Verdict.no("You may manage the accounts of your own agency only.")
        if any(m.partnership_id != actor.partnership_id and m.left_on is None for m in agency.memberships):
            return Verdict.no(SHARED_AGENCY)
    return manage_grants(actor, frozenset((grant.partnership_id, grant.role) for grant in user.grants))


def invite_user(actor: Actor, user: User) -> Verdict:
    """Let somebody set a password. One who has set theirs is in: another goes by whoever runs the partnership.

    An agency's administrator would have a way, else, into the account of a chair or a coordinator of theirs.
    """
    allowed = manage_user(actor, user)
    if not allowed or user.password_hash is None or partnership_admin(actor):
        return allowed
    return Verdict.no(IN_USE)


def take_second_step_away(actor: Actor, user: User) -> Verdict:
    """Let somebody in by their password alone who lost their app. Partnership administrators: it weakens an account."""
    allowed = manage_user(actor, user)
    if not allowed or partnership_admin(actor):
        return allowed
    return Verdict.no("Only a partnership administrator may take the second step of signing in away.")


def see_invitation(actor: Actor, user: User) -> bool:
    """Whether the actor is shown the link of an invitation; for anybody else it is mailed to the account's owner."""
    return bool(invite_user(actor, user)) and bool(partnership_admin(actor))


def connect_sign_in(actor: Actor, agency: Agency | None = None) -> Verdict:
    """Say by which accounts of its own an agency's people sign in: partnership and platform administrators.

    The people of an agency that several partnerships share see the cases of each: whoever runs the machine connects it.
    """
    if AdminRole.PLATFORM_ADMIN in actor.roles:
        return Verdict.yes()
    if agency is not None and not any(same_partnership(actor, m.partnership_id) for m in agency.memberships):
        return Verdict.hidden()
    allowed = partnership_admin(actor)
    if not allowed or agency is None or agency.id == actor.agency_id:
        return allowed
    if any(m.partnership_id != actor.partnership_id and m.left_on is None for m in agency.memberships):
        return Verdict.no(SHARED_SIGN_IN)
    return allowed


def manage_grants(actor: Actor, grants: frozenset[tuple[int | None, AdminRole]]) -> Verdict:
    """Whether the actor may manage an account that holds these roles: (partnership, role)."""
    if any(partnership_id != actor.partnership_id for partnership_id, _ in grants):
        return Verdict.no(
            "This account holds a role outside this partnership. Whoever runs the machine can change it, "
            "on the command line."
        )
    if {role for _, role in grants} <= grantable_roles(actor):
        return Verdict.yes()
    return Verdict.no("This account holds a role in the whole partnership. Ask a partnership administrator.")


def grantable_roles(actor: Actor) -> frozenset[AdminRole]:
    """The roles that the actor may give and take, in the current partnership. Nobody's pages grant the machine."""
    if partnership_admin(actor):
        return frozenset(AdminRole) - {AdminRole.PLATFORM_ADMIN}
    return frozenset({AdminRole.AGENCY_ADMIN}) if manage_users(actor) else frozenset()


def see_audit(actor: Actor, _subject: object = None) -> Verdict:
    """Auditors and partnership administrators: opaque ids, no names."""
    if actor.in_partnership and _has(actor, AdminRole.AUDITOR, AdminRole.PARTNERSHIP_ADMIN):
        return Verdict.yes()
    return Verdict.no("Only an auditor or a partnership administrator may read the audit trail.")


def see_plugins(actor: Actor, _subject: object = None) -> Verdict:
    """Partnership and platform administrators."""
    if _has(actor, AdminRole.PLATFORM_ADMIN) or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no("Only an administrator may see the plugins.")


def see_queue(actor: Actor, _subject: object = None) -> Verdict:
    """Partnership administrators what the partnership sends, platform administrators all, without a name."""
    if _has(actor, AdminRole.PLATFORM_ADMIN) or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no("Only an administrator may see the queue.")


RULES = {
    Permission.SEE_HOME: anybody,
    Permission.MANAGE_OWN_ACCOUNT: anybody,
    Permission.FINISH_SIGNING_IN: anybody,
    Permission.END_SESSION: own,
    Permission.REMOVE_PASSKEY: own,
    Permission.UNLINK_AGENCY_ACCOUNT: own,
    Permission.SEE_ADMIN: see_admin,
    Permission.MANAGE_USERS: manage_users,
    Permission.MANAGE_USER: manage_user,
    Permission.INVITE_USER: invite_user,
    Permission.TAKE_SECOND_STEP_AWAY: take_second_step_away,
    Permission.ASK_FOR_TWO_STEPS: partnership_admin,
    Permission.CONNECT_SIGN_IN: connect_sign_in,
    Permission.SEE_AUDIT: see_audit,
    Permission.SEE_PLUGINS: see_plugins,
    Permission.SWITCH_PLUGIN: partnership_admin,
    Permission.SEE_QUEUE: see_queue,
    Permission.SEE_CAUGHT_MAIL: anybody,
}
