"""What the story tells of a provider's own register, entered as its people would: through the plugin's pages."""

import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from core.accounts.identity import cookie_name
from core.accounts.operations import sign_in
from core.clock import local_date
from core.demo.cast import Cast, Told
from core.extensions import db
from core.partnerships.models import Provider
from core.partnerships.providers.queries import staff_of
from core.web.transaction import begin_write


def keep_registers(cast: Cast, told: Sequence[Told]) -> None:
    """Enter every mentor of the story. Raises RuntimeError, with the page's text, for one that was not taken."""
    for mentor in told:
        provider = db.session.scalars(
            select(Provider).where(
                Provider.partnership_id == cast.partnership_id,
                Provider.agency_id == cast.agency(mentor["provider"]).id,
            )
        ).one()
        staff_id, provider_id = staff_of(provider, on=local_date(cast.now))[0].user_id, provider.id
        db.session.rollback()
        _enter(cast, staff_id, provider_id, mentor)


def _enter(cast: Cast, staff_id: int, provider_id: int, mentor: Told) -> None:
    begin_write()
    token = sign_in(staff_id, now=cast.now)
    db.session.commit()
    path = f"/pathways/mentoring/providers/{provider_id}/mentors/new"
    fields: dict[str, Any] = {
        "idempotency_key": str(uuid.uuid4()),
        "version": "0",
        "name": mentor["name"],
        "training_hours": mentor["training_hours"],
        "capacity": mentor["capacity"],
        **_boxes("certificate_until", cast, mentor["certificate_until_day"]),
        **_boxes("check_until", cast, mentor["check_until_day"]),
    }
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the client needs the application itself
    client = app.test_client()
    client.set_cookie(cookie_name(), token)
    with app.app_context():  # one for each request, as a server would: in one, the second would go on reading
        page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    with app.app_context():
        answer = client.post(path, data={**fields, "csrf_token": found[1] if found else ""})
    if answer.status_code != 303:
        raise RuntimeError(f"{mentor['name']} was not taken into the register: {answer.status_code}")


def _boxes(name: str, cast: Cast, offset: int) -> dict[str, int]:
    day = cast.day(offset) if offset else cast.day(0) + timedelta(0)
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
