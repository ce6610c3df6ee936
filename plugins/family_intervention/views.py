"""The register and what is kept of one family: the provider's own staff alone may open them."""

from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from core.plugin_api import (
    NotFound,
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    Refused,
    Stale,
    current_actor,
    disclose,
    invalid,
    page_of_open_referrals,
    provider_of,
    referral_of,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from plugins.family_intervention import operations, queries
from plugins.family_intervention.family import BECAME, CHANGES, DOMAINS, KINDS, LEVELS, Became
from plugins.family_intervention.forms import MemberForm
from plugins.family_intervention.models import Family, Member

bp = Blueprint("family_intervention", __name__)

_provider = provider_of("family_intervention")
_referral = referral_of("family_intervention")

WORDS = {"domains": DOMAINS, "levels": LEVELS, "changes": CHANGES, "kinds": KINDS, "became": BECAME}


@bp.get("/providers/<int:provider_id>/families")
@requires(Permission.KEEP_REGISTER, on=_provider)
def families(provider: ProviderFacts) -> ResponseReturnValue:
    """Every family that is helped or waits: its household, who works with it, what is due, and what is late."""
    page = page_of_open_referrals(provider, actor=current_actor(), after=request.args.get("after", ""))
    referrals = page.rows
    entries = queries.families_of(referral.id for referral in referrals)
    disclose(
        "family_intervention.families",
        object=f"provider:{provider.id}",
        subjects={member.person_id for family in entries.values() for member in _present(family)},
    )
    late = queries.late_actions((entry.id for entry in entries.values()), on=today())
    return render(
        "family_intervention/families.html",
        provider=provider,
        page=page,
        helped=[
            (each, entry, len(_present(entry)), late.get(entry.id, 0))
            for each in referrals
            if (entry := entries.get(each.id)) is not None
        ],
        today=today(),
    )


@bp.get("/referrals/<int:referral_id>/family")
@requires(Permission.KEEP_RECORD, on=_referral)
def family(referral: ReferralAtProvider) -> ResponseReturnValue:
    """The household, what was found in the ten domains, the plan with its actions, and the meetings."""
    entry = queries.family_of(referral.id)
    if entry is None:
        raise NotFound
    subjects = {referral.person_id, *(member.person_id for member in entry.members)}
    disclose("family_intervention.family", object=f"referral:{referral.id}", subjects=subjects)
    return render(
        "family_intervention/family.html",
        referral=referral,
        entry=entry,
        rounds=queries.rounds_of(entry.id),
        outcomes={outcome.domain: outcome for outcome in queries.outcomes_of(entry.id)},
        actions=queries.actions_of(entry.id),
        meetings=queries.meetings_of(entry.id),
        still_open=Became.OPEN.value,
        today=today(),
        **WORDS,
    )


@bp.route("/referrals/<int:referral_id>/members/<int:household_member_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def edit_member(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Change what is kept of one of the household."""
    member = queries.member_of(referral_id=referral.id, member_id=int((request.view_args or {})["household_member_id"]))
    form = MemberForm(obj=member)
    disclose("family_intervention.member", object=f"referral:{referral.id}", subjects=[member.person_id])
    page: dict[str, Any] = {"form": form, "referral": referral, "member": member}
    if not form.is_submitted():
        return render("family_intervention/member.html", **page)
    if not form.validate():
        return invalid("family_intervention/member.html", **page)
    try:
        operations.change_member(
            current_actor(), referral=referral, member=member, version=form.version_read, **form.details()
        )
    except Stale as stale:
        return saved_first("family_intervention/member.html", stale=stale, version=member.version, **page)
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("family_intervention/member.html", **page)
    flash("The changes were saved.")
    return see_other("family_intervention.family", referral_id=referral.id)


def _present(family: Family) -> list[Member]:
    return [member for member in family.members if member.left_on is None]
