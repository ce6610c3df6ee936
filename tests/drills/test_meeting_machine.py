"""A whole meeting by chance, from the diary to approved minutes, against a model in plain Python."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.any_meeting import a_scene
from tests.support.any_whole_meeting import AnyWholeMeeting


def test_whatever_is_done_in_a_meeting_is_as_the_model_has_it(app, full, figure):
    runs, steps = (500, 50) if full else (6, 15)
    AnyWholeMeeting.scene, AnyWholeMeeting.done = a_scene(), set()
    run_state_machine_as_test(
        AnyWholeMeeting, settings=settings(max_examples=runs, stateful_step_count=steps, deadline=None)
    )
    kinds = sorted(AnyWholeMeeting.done)
    assert len(kinds) > (20 if full else 5), f"these alone were done: {kinds}"
    figure("a meeting by chance", f"{runs} meetings x {steps} steps as the model has them; {len(kinds)} kinds of step")
