"""Role x action x class on every route of the staff portal, worked out from the tables and tried on each."""

import re

import pytest

from tests.support.sample import SECRETS, key
from tests.web.support.office import Office
from tests.web.support.signed_in import csrf
from web.access.roles import ACTIONS, PORTAL_ROLES, ROLES, may

VALUES = {
    "language": "en",
    "table": "service",
    "owner_table": "organization",
    "identifier": key("service", "Legal advice"),
    "owner": key("organization", "Umed"),
    "other": key("service", "Papers"),
    "number": 999,
    "token": "none-at-all",
    "key": "check-due",
    "field": "name",
    "name": "style.css",
}

STAFF_ROLES = [role for role in ROLES if role not in PORTAL_ROLES]


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_area):
    return Office(tmp_path_factory.mktemp("matrix"), tiny_area)


def rules(app):
    """Yield (rule, method) of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(office, rule):
    """Fill the variables of a route: with things that are there where stewards may see them, else with nothing."""
    with office.app.test_request_context():
        return rule.build({name: VALUES.get(name, "none") for name in rule.arguments}, append_unknown=False)[1]


def test_every_route_is_in_a_table_and_the_tables_name_no_other(office):
    routes = office.app.config["ROUTES"]
    assert {rule.endpoint for rule, _ in rules(office.app)} == set(routes)
    assert set(routes.values()) <= {"everyone", *ACTIONS}


def test_who_is_not_signed_in_gets_what_is_for_everyone_and_nothing_else(office):
    for rule, method in rules(office.app):
        answer = office.app.test_client().open(address(office, rule), method=method)
        if office.app.config["ROUTES"][rule.endpoint] == "everyone":
            assert answer.status_code in (200, 302, 400, 404), rule
        else:
            assert answer.status_code in (302, 400, 401), rule
            assert "location" not in answer.headers or answer.location.endswith("/sign-in.html"), rule


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_role_reaches_the_routes_of_its_actions_and_no_other(office, role):
    client = office.client(role, login=f"all {role}")
    grants = office.accounts.by_login(f"all {role}").grants
    token = csrf(client.get("/en/account.html").text)
    for rule, method in rules(office.app):
        needed = office.app.config["ROUTES"][rule.endpoint]
        allowed = needed != "everyone" and may(role, needed, grants=grants)
        if needed == "everyone" or (allowed and method == "POST"):
            continue  # what a form does is tried with the page that holds it
        answer = client.open(
            address(office, rule), method=method, data={"csrf_token": token} if method == "POST" else {}
        )
        assert (answer.status_code != 403) == allowed, (rule, method, answer.status_code)


@pytest.mark.parametrize("role", PORTAL_ROLES)
def test_people_of_the_partner_portal_reach_nothing_even_with_a_session(office, role):
    client = office.client(role, login=f"other {role}")
    for rule, method in rules(office.app):
        if method == "GET" and office.app.config["ROUTES"][rule.endpoint] != "everyone":
            assert client.get(address(office, rule)).status_code in (302, 401), rule


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_without_a_grant_nobody_acts_on_a_region(office, role):
    client = office.client(role, login=f"bare {role}", regions=())
    for rule, method in rules(office.app):
        needed = office.app.config["ROUTES"][rule.endpoint]
        if method == "GET" and needed in ("edit", "review", "approve", "reveal"):
            assert client.get(address(office, rule)).status_code == 403, rule


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_no_link_leads_a_role_to_what_is_for_custodians_only(office, role):
    """Every page that links lead to, but the revealing of a place itself, holds no secret of the sample."""
    client, seen, waiting = office.client(role, login=f"reader {role}"), set(), ["/en/index.html", "/en/records.html"]
    while waiting:
        path = waiting.pop()
        if path in seen or "reveal" in path or not path.startswith("/en/"):
            continue
        seen.add(path)
        answer = client.get(path, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        for name, secret in SECRETS.items():
            assert str(secret) not in answer.text, (path, name)
        base = answer.request.path
        waiting += [_joined(base, link) for link in re.findall(r'href="([^"#?:]+)', answer.text)]
    assert len(seen) > (3 if role in ("administrator", "approver") else 30)


def _joined(base, link):
    from urllib.parse import urljoin

    return urljoin(base, link)
