"""Who sits at the table: agencies with their signatures, groups, accounts."""

from collections.abc import Sequence
from dataclasses import replace

from core.accounts.models import AdminRoleGrant, User
from core.books import queries
from core.books.reading import Problem
from core.books.rows import AgencyRow, GroupRow, UserRow
from core.books.shelf import ELSEWHERE, Shelf, not_here
from core.errors import Refused
from core.extensions import db
from core.facts import AdminRole
from core.partnerships.models import Agency, Group, GroupMember, PartnershipAgency, Signature


class Agencies(Shelf[AgencyRow]):
    """agencies.csv: agencies, their membership of the partnership and their signatures."""

    def fetch(self, rows: Sequence[AgencyRow]) -> None:
        self._ours = queries.agencies_by_key(self.into.partnership_id)
        keys = {key for row in rows for key in (row.key, self._own_key(row))}
        self._theirs = queries.agencies_called(keys)
        ids = [agency.id for agency in (*self._ours.values(), *self._theirs.values())]
        self._memberships: dict[int, list[PartnershipAgency]] = {}
        for membership in queries.memberships_of(ids):
            self._memberships.setdefault(membership.agency_id, []).append(membership)
        self._keys = {agency.id: key for key, agency in self._ours.items()}
        self._signed = {s.agency_id: s for s in queries.signatures_in(self.into.partnership_id)}

    def objections(self, row: AgencyRow) -> list[Problem]:
        return []

    def find(self, row: AgencyRow) -> Agency | None:
        return self._ours.get(row.key)

    def as_row(self, record: Agency) -> AgencyRow:
        signature = self._signed.get(record.id)
        return AgencyRow(
            key=self._keys[record.id],
            name=record.name,
            kind=record.kind,
            email=record.email,
            isp_signed_on=signature.signed_on if signature else None,
            isp_expires_on=signature.expires_on if signature else None,
            left_on=self._membership(record).left_on,
        )

    def create(self, row: AgencyRow) -> Agency:
        agency = self._theirs.get(row.key)
        if agency is None or (agency.name, agency.email) != (row.name, row.email):
            # Another partnership's agency may have the key already: the same word, not the same agency.
            key = row.key if agency is None else self._own_key(row)
            if agency is not None and key in self._theirs:
                raise Refused(f'The keys "{row.key}" and "{key}" belong to agencies of other partnerships')
            agency = Agency(key=key, name=row.name, kind=row.kind, email=row.email)
            db.session.add(agency)
            db.session.flush()
        membership = PartnershipAgency(
            partnership_id=self.into.partnership_id, agency_id=agency.id, left_on=row.left_on
        )
        db.session.add(membership)
        self._memberships.setdefault(agency.id, []).append(membership)
        self._ours[row.key] = agency
        self._keys[agency.id] = row.key
        self._sign(agency, row)
        return agency

    def amend(self, record: Agency, row: AgencyRow) -> None:
        about = (row.name, row.kind, row.email)
        if about != (record.name, record.kind, record.email) and len(self._memberships[record.id]) > 1:
            raise Refused("The agency belongs to another partnership too; change its name, kind or address on its page")
        if row.isp_signed_on is None and record.id in self._signed:
            raise Refused("A signature that was imported cannot be taken away; end it on the agency's page")
        record.name, record.kind, record.email = about
        self._membership(record).left_on = row.left_on
        self._sign(record, row)

    def _own_key(self, row: AgencyRow) -> str:
        return f"{self.into.partnership_key}-{row.key}"[:60]

    def _membership(self, agency: Agency) -> PartnershipAgency:
        ours = self.into.partnership_id
        return next(m for m in self._memberships[agency.id] if m.partnership_id == ours)

    def _sign(self, agency: Agency, row: AgencyRow) -> None:
        """Keep the signature: a later day is a renewal, beside the one before; an earlier day corrects it."""
        if row.isp_signed_on is None:
            return
        signature = self._signed.get(agency.id)
        if signature is None or row.isp_signed_on > signature.signed_on:
            signature = Signature(partnership_id=self.into.partnership_id, agency_id=agency.id)
            db.session.add(signature)
            self._signed[agency.id] = signature
        signature.signed_on = row.isp_signed_on
        signature.expires_on = row.isp_expires_on


class Groups(Shelf[GroupRow]):
    """groups.csv: the partnership's standing forums. An area called like a district is that district."""

    def fetch(self, rows: Sequence[GroupRow]) -> None:
        self._groups = queries.groups_by_key(self.into.partnership_id)
        self._districts = queries.district_names(self.into.partnership_id)

    def objections(self, row: GroupRow) -> list[Problem]:
        return []

    def find(self, row: GroupRow) -> Group | None:
        return self._groups.get(row.key)

    def as_row(self, record: Group) -> GroupRow:
        return GroupRow(key=record.key, name=record.name, kind=record.kind, area=record.area_name, venue=record.venue)

    def create(self, row: GroupRow) -> Group:
        group = Group(partnership_id=self.into.partnership_id, key=row.key)
        self.amend(group, row)
        db.session.add(group)
        return group

    def amend(self, record: Group, row: GroupRow) -> None:
        record.name, record.kind = row.name, row.kind
        record.area_name, record.venue = row.area, row.venue
        record.district_id = self._districts.get(row.area.strip().casefold())


class Users(Shelf[UserRow]):
    """users.csv: accounts without a password, their places in groups and their roles outside them."""

    def fetch(self, rows: Sequence[UserRow]) -> None:
        self._agencies = queries.agencies_by_key(self.into.partnership_id)
        self._keys = {agency.id: key for key, agency in self._agencies.items()}
        self._groups = queries.groups_by_key(self.into.partnership_id)
        self._group_keys = {group.id: key for key, group in self._groups.items()}
        self._users = queries.users_by_email({row.email for row in rows})
        self._members: dict[int, list[GroupMember]] = {}
        ids = [user.id for user in self._users.values()]
        for member in queries.group_members_of(self.into.partnership_id, ids):
            self._members.setdefault(member.user_id, []).append(member)

    def objections(self, row: UserRow) -> list[Problem]:
        problems = []
        if row.agency and row.agency not in self._agencies:
            problems.append(Problem("agency", not_here("agency", row.agency)))
        unknown = [group for group, _ in row.memberships if group not in self._groups]
        if unknown:
            problems.append(Problem("groups", not_here("group", "; ".join(unknown))))
        user = self._users.get(row.email)
        if user and user.agency_id and user.agency_id not in self._keys:
            problems.append(Problem("email", "Belongs to an account of another partnership's agency"))
        return problems

    def find(self, row: UserRow) -> User | None:
        return self._users.get(row.email)

    def as_row(self, record: User) -> UserRow:
        members = [member for member in self._members.get(record.id, []) if member.until is None]
        ours = (None, self.into.partnership_id)
        held = {grant.role for grant in record.grants if grant.partnership_id in ours}
        return UserRow(
            email=record.email,
            name=record.name,
            agency=self._keys.get(record.agency_id, ELSEWHERE) if record.agency_id else "",
            memberships=tuple(sorted((self._group_keys[member.group_id], member.role) for member in members)),
            admin_roles=tuple(role for role in AdminRole if role in held),
        )

    def completes(self, row: UserRow, current: UserRow) -> bool:
        """An account without any place in this partnership is given its first ones."""
        return replace(row, memberships=(), admin_roles=()) == current

    def create(self, row: UserRow) -> User:
        user = User(email=row.email, created_at=self.into.now, grants=[])
        db.session.add(user)
        self._write(user, row)
        db.session.flush()
        self._seat(user, row)
        return user

    def amend(self, record: User, row: UserRow) -> None:
        self._write(record, row)
        self._seat(record, row)

    def _write(self, user: User, row: UserRow) -> None:
        user.name = row.name
        user.agency_id = self._agencies[row.agency].id if row.agency else None
        for role in AdminRole:
            where = None if role is AdminRole.PLATFORM_ADMIN else self.into.partnership_id
            held = [grant for grant in user.grants if (grant.role, grant.partnership_id) == (role, where)]
            if role in row.admin_roles and not held:
                user.grants.append(AdminRoleGrant(partnership_id=where, role=role, granted_at=self.into.now))
            elif role not in row.admin_roles:
                for grant in held:
                    user.grants.remove(grant)

    def _seat(self, user: User, row: UserRow) -> None:
        """Give the places in groups; a place that the row does not name any more ends today."""
        seats = {member.group_id: member for member in self._members.get(user.id, [])}
        wanted = {self._groups[group].id: role for group, role in row.memberships}
        for group_id, role in wanted.items():
            seat = seats.get(group_id)
            if seat is None:
                seat = GroupMember(group_id=group_id, user_id=user.id, role=role, since=self.into.on)
                db.session.add(seat)
            elif seat.until is not None:
                seat.since, seat.until = self.into.on, None
            seat.role = role
        for group_id, seat in seats.items():
            if group_id not in wanted and seat.until is None:
                seat.until = self.into.on
