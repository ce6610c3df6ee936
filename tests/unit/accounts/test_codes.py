"""One-time codes against the standard's own figures, and the words for a browser."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from core.accounts.browsers import browser_in_words
from core.accounts.two_step import codes

SEED = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_are_those_of_rfc_6238(moment, code):
    at = datetime.fromtimestamp(moment, UTC)
    assert codes.code_at(SEED, at) == code
    assert codes.matching_counter(SEED, code, at) == moment // 30


def test_a_code_holds_half_a_minute_either_way_and_no_longer():
    now = datetime(2026, 3, 4, 10, 0, 15, tzinfo=UTC)
    code = codes.code_at(SEED, now)
    taken = [s for s in range(-90, 91, 15) if codes.matching_counter(SEED, code, now + timedelta(seconds=s))]
    assert taken == [-45, -30, -15, 0, 15, 30]
    assert codes.matching_counter(SEED, "", now) is None


def test_a_recovery_code_is_the_same_however_it_is_typed_and_hard_to_guess():
    made = codes.new_recovery_codes()
    assert len(set(made)) == codes.RECOVERY_CODES
    first = made[0]
    assert len(first.replace("-", "")) * 5 == 80
    assert codes.recovery_hash(first.upper().replace("-", " ")) == codes.recovery_hash(first)


def test_the_picture_holds_the_secret_and_nothing_that_a_page_may_not_have():
    picture = codes.picture(codes.address_for_app(SEED, "mo@agency.example"))
    svg = base64.b64decode(picture.partition(",")[2]).decode()
    assert svg.startswith("<svg") and "style=" not in svg and "<script" not in svg
    assert "secret=" + SEED in codes.address_for_app(SEED, "mo@agency.example")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_in_words_is_of_our_words_alone(said, words):
    assert browser_in_words(said) == words
