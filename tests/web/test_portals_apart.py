"""The portals of an installation share accounts, and nothing that opens one opens another."""

import pytest

from tests.web.support.desk import Desk
from tests.web.support.office import Office
from web.staff.app import create_staff_app


@pytest.fixture(scope="module")
def desk(tmp_path_factory, tiny_area, partner_views):
    return Desk(tmp_path_factory.mktemp("apart"), tiny_area, partner_views)


@pytest.fixture(scope="module")
def staff(desk, tmp_path_factory, tiny_area):
    office = Office(tmp_path_factory.mktemp("office"), tiny_area)
    return create_staff_app(
        office.directory,
        tiny_area,
        accounts=desk.accounts,
        inbox=desk.inbox,
        ledger=desk.ledger,
        clock=desk.clock,
        secure=False,
    )


def test_cookies_and_keys_are_of_one_portal(desk, staff):
    assert desk.app.config["SESSION_COOKIE_NAME"] != staff.config["SESSION_COOKIE_NAME"]
    assert desk.app.config["SECRET_KEY"] != staff.config["SECRET_KEY"]


@pytest.mark.parametrize("role", ["planner", "focal_point", "caseworker"])
def test_a_session_of_partners_opens_nothing_of_the_staff(desk, staff, role):
    desk.client(role)
    token = desk.token(role)
    browser = staff.test_client()
    with browser.session_transaction() as session:
        session["token"] = token  # even if the cookie could be signed anew
    for path in ("/en/index.html", "/en/restricted.html", "/en/account.html"):
        assert browser.get(path).status_code == 302
    assert browser.get("/en/restricted/report.docx").status_code in (302, 401)
