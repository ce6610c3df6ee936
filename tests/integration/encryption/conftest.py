"""The keys of the shared application, put back after each test: other tests' worlds were sealed with them."""

from collections.abc import Iterator

import pytest
from flask import Flask

from core.encryption.keys import keyring


@pytest.fixture
def keys(app: Flask) -> Iterator[None]:
    """One key in the file, as it is made for a new installation."""
    path = keyring().path
    keyring().current  # noqa: B018  makes the file
    before = path.read_bytes()
    yield
    path.write_bytes(before)
