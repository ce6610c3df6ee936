"""A body that was cut off on its way is refused, whatever the server says of it."""

import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.test import EnvironBuilder

from core.web.requests import NothingOnDisk


def a_request(missing: int) -> NothingOnDisk:
    """A form as gunicorn hands it on, so many bytes of which did not arrive."""
    builder = EnvironBuilder(method="POST", data={"key": "1", "text": "He was seen at the shop."})
    environ = builder.get_environ()
    environ["CONTENT_LENGTH"] = str(int(environ["CONTENT_LENGTH"]) + missing)
    request = NothingOnDisk(environ | {"wsgi.input_terminated": True})
    request.max_content_length = 1_000_000
    return request


def test_a_body_that_was_cut_off_is_no_form() -> None:
    assert a_request(missing=0).form["text"] == "He was seen at the shop."
    with pytest.raises(BadRequest):
        _ = a_request(missing=1).form
