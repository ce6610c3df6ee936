"""Signing in and out, as a browser does it."""

from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency


def test_the_right_password_opens_the_home_page(app, visitor):
    partnership = a_partnership()
    user = a_user(an_agency(partnership), group=a_group(partnership), password=PASSWORD)
    anybody = visitor()
    answer = anybody.post("/sign-in", {"email": user.email.upper(), "password": PASSWORD})
    assert answer.status_code == 303
    assert anybody.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_read_the_same(app, visitor):
    user = a_user(an_agency(a_partnership()), password=PASSWORD)
    wrong = visitor().post("/sign-in", {"email": user.email, "password": "not-the-password"})
    unknown = visitor().post("/sign-in", {"email": "nobody@agency.example", "password": "not-the-password"})
    assert wrong.status_code == unknown.status_code == 422
    assert "is not right" in wrong.get_data(as_text=True)
    assert "is not right" in unknown.get_data(as_text=True)


def test_after_signing_out_the_old_cookie_is_worth_nothing(app, visitor):
    mine = visitor(a_user(an_agency(a_partnership())))
    cookie = mine.client.get_cookie("roundtable").value
    assert mine.get("/").status_code == 200
    assert mine.post("/sign-out").status_code == 303
    thief = visitor()
    thief.client.set_cookie("roundtable", cookie)
    assert thief.get("/").status_code == 302
    assert thief.get("/").location.startswith("/sign-in")


def test_a_write_without_a_token_is_refused(app, visitor):
    mine = visitor(a_user(an_agency(a_partnership())))
    assert mine.post("/sign-out", {"csrf_token": ""}).status_code == 400


def test_an_unknown_page_is_a_404(app, visitor):
    mine = visitor(a_user(an_agency(a_partnership())))
    assert mine.get("/no-such-page").status_code == 404
