"""The service navigation."""

from dataclasses import dataclass

from flask import url_for

from core.facts import Actor
from core.policy import Permission, decide


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the service navigation."""

    text: str
    href: str
    active: bool


_PLACES = (
    ("Home", "home.index", "/", Permission.SEE_HOME),
    ("Meetings", "meetings.index", "/meetings", Permission.SEE_MEETINGS),
    ("Cases", "cases.index", "/cases", Permission.LIST_CASES),
    ("Actions", "actions.index", "/actions", Permission.LIST_ACTIONS),
    ("Referrals", "referrals.index", ("/referrals", "/pathways"), Permission.LIST_REFERRALS),
    ("Incidents", "incidents.index", "/incidents", Permission.SEE_INCIDENTS),
    ("Partnership", "partnerships.index", "/partnership", Permission.SEE_PARTNERSHIP),
    (
        "Data protection",
        "subject_access.index",
        ("/data-protection", "/rectifications", "/disclosures"),
        Permission.KEEP_ACCESS_REQUESTS,
    ),
    ("Admin", "admin.index", "/admin", Permission.SEE_ADMIN),
)


def navigation(actor: Actor, path: str) -> list[NavItem]:
    """The places that this actor may go to."""
    return [
        NavItem(text, url_for(endpoint), path == prefix if prefix == "/" else path.startswith(prefix))
        for text, endpoint, prefix, permission in _PLACES
        if decide(actor, permission)
    ]
