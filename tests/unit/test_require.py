"""Operations ask the gate again, and refuse in its words."""

import pytest

from core.errors import Refused
from core.facts import Actor, GroupRole
from core.meetings.models import Meeting
from core.partnerships.models import Group
from core.policy import NO_SUCH_THING, Permission, require
from core.policy.cases import LEADERS_DECIDE

CHAIR = Actor(user_id=1, name="Cheryl Chair", in_partnership=True, partnership_id=1, groups={7: GroupRole.CHAIR})
ELSEWHERE = Meeting(group=Group(partnership_id=2))


def test_what_the_rule_allows_goes_on() -> None:
    require(CHAIR, Permission.CHOOSE_HEARING, 7)


def test_what_the_rule_refuses_is_refused_with_its_reason() -> None:
    with pytest.raises(Refused) as refused:
        require(CHAIR, Permission.CHOOSE_HEARING, 8)
    assert refused.value.reason == LEADERS_DECIDE


def test_of_what_is_hidden_nothing_is_said_but_the_words_given() -> None:
    with pytest.raises(Refused) as refused:
        require(CHAIR, Permission.SEE_MEETING, ELSEWHERE)
    assert refused.value.reason == NO_SUCH_THING
    with pytest.raises(Refused) as refused:
        require(CHAIR, Permission.SEE_MEETING, ELSEWHERE, hidden="There is no such meeting.")
    assert refused.value.reason == "There is no such meeting."
