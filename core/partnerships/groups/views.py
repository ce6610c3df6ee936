"""Pages of groups: the list, one group, its members, area and closing."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.errors import NotFound, Refused, Stale
from core.incidents.lsoas import lsoas_to_pick
from core.partnerships.blueprint import bp
from core.partnerships.groups import operations, queries
from core.partnerships.groups.forms import (
    MOST_PICKED,
    AreaForm,
    GroupForm,
    LsoaFilter,
    MemberForm,
    NewGroupForm,
    RoleForm,
    codes_among,
    role_hints,
)
from core.partnerships.models import Group, GroupMember
from core.partnerships.terms.settings import sections, terms_of_group
from core.policy import Permission
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.choices import offered
from core.web.forms import VersionedForm

LISTED = 100
"""LSOAs that the list offers at once; a filter finds the others."""


def group_of(group_id: int) -> Group:
    """The group of the address."""
    group = queries.group(group_id)
    if group is None:
        raise NotFound
    return group


def member_of(group_id: int, member_id: int) -> GroupMember:
    """A member of the group of the address."""
    member = queries.member_of(group_id, member_id, on=today())
    if member is None:
        raise NotFound
    return member


@bp.get("/groups", endpoint="groups")
@requires(Permission.SEE_PARTNERSHIP)
def index() -> ResponseReturnValue:
    """The partnership's groups."""
    actor = current_actor()
    assert actor.partnership_id is not None
    return render(
        "partnerships/groups.html",
        groups=queries.groups_in(actor.partnership_id, on=today()),
        manages=may(Permission.MANAGE_GROUPS),
    )


@bp.get("/groups/new", endpoint="new_group")
@requires(Permission.MANAGE_GROUPS)
def new_page() -> ResponseReturnValue:
    """Set a group up."""
    return render("partnerships/group_new.html", form=NewGroupForm())


@bp.post("/groups/new", endpoint="create_group")
@requires(Permission.MANAGE_GROUPS)
def create() -> ResponseReturnValue:
    """Set it up, then add its members."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = NewGroupForm()
    if not form.validate():
        return invalid("partnerships/group_new.html", form=form)
    try:
        group = operations.create_group(
            actor, partnership_id=actor.partnership_id, key=form.key.data, details=form.details
        )
    except Refused as refused:
        beside(form, refused, "name")
        return invalid("partnerships/group_new.html", form=form)
    flash("The group is set up. Add its members next.")
    return see_other("partnerships.group", group_id=group.id)


@bp.get("/groups/<int:group_id>")
@requires(Permission.SEE_GROUP, on=group_of)
def group(group: Group) -> ResponseReturnValue:
    """A group: members and roles, area, terms."""
    return render(
        "partnerships/group.html",
        group=group,
        members=queries.members_of(group.id, on=today()),
        sections=sections(terms_of_group(group)),
        manages=may(Permission.MANAGE_GROUP, group),
        may_close=may(Permission.MANAGE_GROUPS, group),
        closed=group.closed_on is not None and group.closed_on <= today(),
    )


@bp.get("/groups/<int:group_id>/edit", endpoint="edit_group")
@requires(Permission.MANAGE_GROUP, on=group_of)
def edit_page(group: Group) -> ResponseReturnValue:
    """Change what is written about a group."""
    return render("partnerships/group_edit.html", group=group, form=GroupForm(obj=group))


@bp.post("/groups/<int:group_id>/edit", endpoint="change_group")
@requires(Permission.MANAGE_GROUP, on=group_of)
def change(group: Group) -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    form = GroupForm()
    if not form.validate():
        return invalid("partnerships/group_edit.html", group=group, form=form)
    try:
        operations.change_group(current_actor(), group=group, version=form.version_read, details=form.details)
    except Refused as refused:
        beside(form, refused, "name")
        return invalid("partnerships/group_edit.html", group=group, form=form)
    except Stale as stale:
        return saved_first("partnerships/group_edit.html", form, stale, version=group.version, group=group)
    flash("The changes were saved.")
    return see_other("partnerships.group", group_id=group.id)


@bp.get("/groups/<int:group_id>/area", endpoint="edit_area")
@requires(Permission.MANAGE_GROUP, on=group_of)
def area_page(group: Group) -> ResponseReturnValue:
    """Where the group works: as it is, or with what was picked from the list of LSOAs."""
    stored = {"version": str(group.version), **operations.area_of(group)}
    if "picked" in request.args:
        codes = codes_among(request.args.getlist("lsoa"))
        stored |= {"source": "lsoas", "codes": "\n".join(codes), "version": request.args["picked"]}
    form = AreaForm(formdata=None, **stored)
    return render("partnerships/group_area.html", group=group, form=_with_districts(form, group))


@bp.get("/groups/<int:group_id>/area/lsoas", endpoint="pick_lsoas")
@requires(Permission.MANAGE_GROUP, on=group_of)
def pick_lsoas(group: Group) -> ResponseReturnValue:
    """LSOAs of the register to pick from, for a filter. Saves nothing: what is picked goes on in the address.

    `picked` holds the group's version as it was when picking began.
    """
    began = "picked" in request.args
    stored = [each.lsoa_code for each in group.area_lsoas]
    picked = codes_among(request.args.getlist("lsoa") if began else stored)
    form = LsoaFilter(request.args)
    districts = queries.districts_of(group.partnership_id)
    form.district.choices = [SelectChoice("", "Any"), *(SelectChoice(str(row.id), row.name) for row in districts)]
    valid = form.validate()
    chosen, others, more = lsoas_to_pick(
        group.partnership_id,
        picked=picked,
        district_id=form.district.data if valid else None,
        street=form.street.data or "" if valid else "",
        most=LISTED,
    )
    answer = render if valid else invalid
    return answer(
        "partnerships/group_lsoas.html",
        group=group,
        form=form,
        chosen=chosen,
        others=others,
        more=more,
        version=request.args["picked"] if began else str(group.version),
        too_many=len(stored) if not began and len(stored) > MOST_PICKED else 0,
    )


@bp.post("/groups/<int:group_id>/area", endpoint="change_area")
@requires(Permission.MANAGE_GROUP, on=group_of)
def change_area(group: Group) -> ResponseReturnValue:
    """Draw it."""
    form = _with_districts(AreaForm(), group)
    if not form.validate():
        return invalid("partnerships/group_area.html", group=group, form=form)
    actor, version = current_actor(), form.version_read
    try:
        if form.source.data == "district":
            operations.draw_area_from_district(actor, group=group, version=version, district_id=form.district_id.data)
        elif form.source.data == "lsoas":
            operations.draw_area_from_lsoas(
                actor, group=group, version=version, name=form.area_name.data, codes=form.given_codes
            )
        else:
            operations.without_area(actor, group=group, version=version)
    except Refused as refused:
        beside(form, refused, "source")
        return invalid("partnerships/group_area.html", group=group, form=form)
    except Stale as stale:
        return saved_first("partnerships/group_area.html", form, stale, version=group.version, group=group)
    flash("The group’s area is saved.")
    return see_other("partnerships.group", group_id=group.id)


@bp.get("/groups/<int:group_id>/members/new", endpoint="new_member")
@requires(Permission.MANAGE_GROUP, on=group_of)
def new_member_page(group: Group) -> ResponseReturnValue:
    """Take somebody in."""
    form = _with_people(MemberForm(), group)
    return render("partnerships/member_new.html", group=group, form=form, role_hints=role_hints())


@bp.post("/groups/<int:group_id>/members/new", endpoint="add_member")
@requires(Permission.MANAGE_GROUP, on=group_of, proved=True)
def add_member(group: Group) -> ResponseReturnValue:
    """Add them."""
    form = _with_people(MemberForm(), group)
    page = "partnerships/member_new.html"
    if not form.validate():
        return invalid(page, group=group, form=form, role_hints=role_hints())
    try:
        operations.add_member(
            current_actor(), group=group, user_id=form.user_id.data, role=form.role.data, on=today(), now=now()
        )
    except Refused as refused:
        beside(form, refused, "role")
        return invalid(page, group=group, form=form, role_hints=role_hints())
    flash(f"{queries.name_of(form.user_id.data)} is in the group.")
    return see_other("partnerships.group", group_id=group.id)


@bp.get("/groups/<int:group_id>/members/<int:member_id>", endpoint="member")
@requires(Permission.MANAGE_MEMBER, on=member_of)
def member_page(member: GroupMember) -> ResponseReturnValue:
    """Change a member's role, or take them out."""
    return render(
        "partnerships/member.html",
        group=member.group,
        member=member,
        name=queries.name_of(member.user_id),
        form=RoleForm(role=member.role),
        role_hints=role_hints(),
    )


@bp.post("/groups/<int:group_id>/members/<int:member_id>", endpoint="change_role")
@requires(Permission.MANAGE_MEMBER, on=member_of, proved=True)
def change_role(member: GroupMember) -> ResponseReturnValue:
    """Save the role."""
    form, name = RoleForm(), queries.name_of(member.user_id)
    page = "partnerships/member.html"
    if not form.validate():
        return invalid(page, group=member.group, member=member, name=name, form=form, role_hints=role_hints())
    try:
        operations.change_role(current_actor(), member=member, role=form.role.data, on=today(), now=now())
    except Refused as refused:
        beside(form, refused, "role")
        return invalid(page, group=member.group, member=member, name=name, form=form, role_hints=role_hints())
    flash(f"{name} is {form.role.data} now.")
    return see_other("partnerships.group", group_id=member.group_id)


@bp.post("/groups/<int:group_id>/members/<int:member_id>/end", endpoint="end_membership")
@requires(Permission.MANAGE_MEMBER, on=member_of)
def end_membership(member: GroupMember) -> ResponseReturnValue:
    """Take them out of the group."""
    operations.end_membership(current_actor(), member=member, on=today(), now=now())
    flash(f"{queries.name_of(member.user_id)} is no longer in the group.")
    return see_other("partnerships.group", group_id=member.group_id)


@bp.get("/groups/<int:group_id>/close", endpoint="close_group")
@requires(Permission.MANAGE_GROUPS, on=group_of)
def close_page(group: Group) -> ResponseReturnValue:
    """What closing a group does."""
    return render(
        "partnerships/group_close.html",
        group=group,
        form=VersionedForm(version=str(group.version)),
        blockers=queries.what_keeps_open(group.id),
    )


@bp.post("/groups/<int:group_id>/close", endpoint="close_group_submit")
@requires(Permission.MANAGE_GROUPS, on=group_of)
def close(group: Group) -> ResponseReturnValue:
    """Close it."""
    operations.close_group(current_actor(), group=group, on=today())
    flash("The group is closed. What it recorded stays readable where it is needed.")
    return see_other("partnerships.groups")


@bp.post("/groups/<int:group_id>/reopen", endpoint="reopen_group")
@requires(Permission.MANAGE_GROUPS, on=group_of)
def reopen(group: Group) -> ResponseReturnValue:
    """Open it again."""
    operations.reopen_group(current_actor(), group=group)
    flash("The group is open again, with the members that it had.")
    return see_other("partnerships.group", group_id=group.id)


def _with_districts(form: AreaForm, group: Group) -> AreaForm:
    districts = queries.districts_of(group.partnership_id)
    form.district_id.choices = offered(((row.id, row.name) for row in districts), first="Choose a district")
    return form


def _with_people(form: MemberForm, group: Group) -> MemberForm:
    people = queries.who_could_join(group, on=today())
    form.user_id.choices = [
        SelectChoice("", "Choose somebody"),
        *(SelectChoice(str(row.id), row.name, optgroup=row.agency) for row in people),
    ]
    return form
