"""A mail server to send to."""

from collections.abc import Iterator

import pytest

from tests.support.mail import MailServer, configured, mail_server


@pytest.fixture
def server(app) -> Iterator[MailServer]:
    """The mail server that the application is configured with."""
    with mail_server() as running, configured(app, running.port):
        yield running
