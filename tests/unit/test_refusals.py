"""A refusal stands beside the field that it belongs to."""

from collections.abc import Iterator

import pytest
from flask import Flask
from wtforms import StringField

from core.errors import Refused
from core.web.forms import Form
from core.web.refusals import beside


class PersonForm(Form):
    name = StringField("Name")
    role = StringField("Role")


@pytest.fixture(autouse=True)
def inside_an_application() -> Iterator[None]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="test", WTF_CSRF_ENABLED=False)
    with app.test_request_context():
        yield


def test_a_refusal_stands_beside_the_field_that_it_names() -> None:
    form = PersonForm(formdata=None)
    beside(form, Refused("Choose another role", field="role"), "name")
    assert form.errors == {"role": ["Choose another role"]}


def test_a_refusal_of_no_field_of_the_form_stands_where_the_page_wants_it() -> None:
    for refused in (Refused("Not now"), Refused("Not now", field="meeting")):
        form = PersonForm(formdata=None)
        beside(form, refused, "name")
        assert form.errors == {"name": ["Not now"]}
