"""Role x action x field x class, generated from the table of roles and the tables of routes, and tried on every route.

What follows from the table is worked out here, without asking the guard, and compared with what each route answers.
"""

from pathlib import PurePosixPath

import pytest

from mapping.model import AUDIENCES
from tests.support.sample import organization, public_parts, records_of, secret_parts, service
from tests.web.support.desk import Desk, crawl, views
from tests.web.support.signed_in import csrf
from web.access.roles import ACTIONS, PORTAL_ROLES, ROLES, may

FIELDS = {
    "public": {"name": "Legal advice", "phone": "00 010 0010"},
    "partner": {"name": "Referral desk", "phone": "00 010 0099"},
    "focal_point": {"name": "Round table of focal points", "phone": "00 010 0077"},
    "custodian": {"name": "Зарнисор", "phone": "00 777 1234", "name of a person": "Қаландарова"},
}
"""Class -> fields of a record that only readers of that class may see, as pages would write them."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory, tiny_area):
    parts = records_of(
        public_parts(),
        secret_parts(),
        organization("Council", audience="focal_point"),
        service(
            "Round table of focal points",
            of="Council",
            types=["CMG-REF"],
            audience="focal_point",
            phones=["+992000100077"],
        ),
    )
    folder = tmp_path_factory.mktemp("matrix")
    return Desk(folder, tiny_area, views(folder, tiny_area, parts))


def rules(app):
    """Yield (endpoint, method) of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(desk, rule):
    """Fill the variables of a route with things that are there."""
    own = desk.id("Legal advice")
    body = desk.body("Legal Centre")
    values = {"language": "en", "identifier": body if "/o/" in rule.rule else own, "name": "style.css"}
    values |= {"token": "none", "kind": "docx"}
    with desk.app.test_request_context():
        return rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)[1]


def test_every_route_is_in_the_table_and_the_table_names_no_other(desk):
    there = {rule.endpoint for rule, _ in rules(desk.app)}
    assert there == set(desk.app.config["ROUTES"])
    assert set(desk.app.config["ROUTES"].values()) <= {"everyone", *ACTIONS}


def test_who_is_not_signed_in_gets_what_is_for_everyone_and_nothing_else(desk):
    for rule, method in rules(desk.app):
        if rule.endpoint == "static" or "token" in rule.arguments:
            continue
        answer = desk.app.test_client().open(address(desk, rule), method=method)
        if desk.app.config["ROUTES"][rule.endpoint] == "everyone":
            assert answer.status_code in (200, 302, 400), rule
        elif method == "GET" and PurePosixPath(address(desk, rule)).suffix in ("", ".html"):
            assert answer.status_code == 302, rule
            assert answer.location.endswith("/sign-in.html")
        else:
            assert answer.status_code in (400, 401), rule


@pytest.mark.parametrize("role", PORTAL_ROLES)
def test_a_role_reaches_the_routes_of_its_actions_and_no_other(desk, role):
    client = desk.client(role, login=f"all {role}", organizations=["*"])
    grants = desk.accounts.by_login(f"all {role}").grants
    token = csrf(client.get("/en/account.html").text)
    for rule, method in rules(desk.app):
        needed = desk.app.config["ROUTES"][rule.endpoint]
        if needed == "everyone" or rule.endpoint == "signin.sign_out":
            continue
        answer = client.open(address(desk, rule), method=method, data={"csrf_token": token} if method == "POST" else {})
        allowed = may(role, needed, grants=grants)
        assert (answer.status_code != 403) == allowed, (rule, method, answer.status_code)


@pytest.mark.parametrize("role", PORTAL_ROLES)
def test_without_a_grant_nothing_is_done_to_a_body_or_a_region(desk, role):
    client = desk.client(role, login=f"bare {role}", regions=())
    for page in ("rooms.html", "counts.html", f"own/{desk.id('Legal advice')}.html"):
        assert client.get(f"/en/{page}").status_code == 403


def test_a_grant_for_one_body_is_none_for_another(desk):
    client = desk.client("provider", organizations=[desk.body("Umed")])
    token = csrf(client.get("/en/rooms.html").text)
    for name, code in (("Hotline", 303), ("Legal advice", 403)):
        fields = {"csrf_token": token, "service": desk.id(name), "room": "full"}
        assert client.post("/en/rooms.html", data=fields).status_code == code
        assert client.get(f"/en/own/{desk.id(name)}.html").status_code == (200 if code == 303 else 403)
        assert client.get(f"/en/standards/{desk.id(name)}.html").status_code == (200 if code == 303 else 403)


@pytest.fixture(scope="module")
def seen(desk):
    """Everything that a person of each role can read, in one text."""
    found = {}
    for role in PORTAL_ROLES:
        client = desk.client(role, login=f"reader {role}", organizations=["*"])
        found[role] = "\n".join(crawl(client, languages=("en",)).values()).replace("\u00a0", " ")
    return found


@pytest.mark.parametrize("role", PORTAL_ROLES)
@pytest.mark.parametrize("kind", FIELDS)
def test_a_role_sees_the_classes_of_its_audience_and_no_other(seen, role, kind):
    allowed = AUDIENCES.index(kind) <= AUDIENCES.index(ROLES[role].audience)
    for field, text in FIELDS[kind].items():
        assert (text in seen[role]) == allowed, (role, kind, field)
