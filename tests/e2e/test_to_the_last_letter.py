"""What is typed is on the device with its last letter, and no answer that comes late takes a form's place."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.e2e.test_bad_wifi import CANARY, Held, held, save, the_page, write

__all__ = ["held"]


def test_a_page_that_is_closed_with_the_last_letter_has_kept_it(held: Held, enter: Callable[..., Page]) -> None:
    page = the_page(held, enter, held.scene.officer)
    for number in range(6):
        write(page, "")
        page.keyboard.type(f"{CANARY} at number {number}")
        context = page.context
        page.wait_for_timeout(100)  # the browser encrypts beside the page; a hand takes longer from the key to the lid
        page.close()
        page = context.new_page()
        page.goto(held.live)
        box = page.get_by_label("What was discussed?")
        expect(box).to_have_value(f"{CANARY} at number {number}")
        page.locator("#writing").get_by_role("button", name="Cancel").click()
        expect(page.locator("[data-kept-status]")).to_be_empty()


def test_an_answer_that_comes_late_takes_nothing_of_what_was_opened_since(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    late: list[Route] = []

    # A form that was asked for first comes last.
    page.route("**/write/information", lambda route: late.append(route))
    page.get_by_role("link", name="Share information").click()
    write(page, f"{CANARY}, in the discussion")
    with page.expect_response("**/write/information"):
        late.pop().continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_label("What was discussed?")).to_have_value(f"{CANARY}, in the discussion")

    # So does what was saved: its form was put away while it was under way, and another one opened.
    page.route(
        "**/write/discussion", lambda route: late.append(route) if route.request.method == "POST" else route.fallback()
    )
    save(page)
    page.locator("#writing").get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Record a decision").click()
    page.get_by_label("What was decided?").fill("A warning letter")
    with page.expect_response("**/write/discussion"):
        late.pop().continue_()
    expect(page.locator("#item .app-record")).to_contain_text([f"{CANARY}, in the discussion"])
    expect(page.get_by_label("What was decided?")).to_have_value("A warning letter")
    save(page)
    expect(page.locator("#writing .app-written")).to_contain_text("recorded")
    assert held.texts() == [f"{CANARY}, in the discussion", "A warning letter"]


def test_what_is_saved_with_the_last_letter_is_sent_and_written_on_by_nobody(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    words = [f"{CANARY} in one breath, number {number}" for number in range(3)]
    for text in words:
        write(page, "")
        page.get_by_label("What was discussed?").evaluate(
            """(field, text) => {
              for (const typed of [text.slice(0, -1), text]) {
                field.value = typed;
                field.dispatchEvent(new Event("input", { bubbles: true }));
              }
              field.form.requestSubmit();
            }""",
            text,
        )
        expect(page.locator("#writing .app-written")).to_contain_text("recorded")
    assert held.texts() == words

    late: list[Route] = []
    page.route(
        "**/write/discussion", lambda route: late.append(route) if route.request.method == "POST" else route.fallback()
    )
    write(page, f"{CANARY} as it was saved")
    with page.expect_request(lambda request: request.method == "POST"):
        save(page)
    box = page.get_by_label("What was discussed?")
    expect(box).to_have_attribute("readonly", "")
    late.pop().continue_()
    expect(page.locator("#writing .app-written")).to_contain_text("recorded")
    assert held.texts()[-1] == f"{CANARY} as it was saved"
