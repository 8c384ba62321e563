"""The configurations of nginx in deploy/, really run: what each host answers, refuses, slows down and writes down."""

import os
import re
import ssl

import pytest

from tests.support.sample import TODAY
from tests.web.support.desk import Desk, views
from tests.web.support.nginx import NGINX, nginx
from tests.web.support.office import Office
from tests.web.support.served import waitress
from tests.web.support.signed_in import PASSWORD, csrf
from web import create_app
from web.headers import CONTENT_POLICY, DATA_HEADERS, HEADERS
from web.partner.app import create_partner_app
from web.staff.app import create_staff_app
from web.static_files import VERSION

SITE, LIVE, PARTNERS, STAFF = (f"{name}help.example" for name in ("", "live.", "partners.", "staff."))
OFFICE = "127.0.0.9"
"""From where the staff may come in the trial."""


@pytest.fixture(scope="module")
def installed():
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is missing; .ci/run brings it")
        pytest.skip("needs nginx (apt-get install nginx)")


@pytest.fixture(scope="module")
def site(tmp_path_factory, app):
    """A few files of a frozen site."""
    folder, client = tmp_path_factory.mktemp("site"), app.test_client()
    for path in (
        "index.html",
        "en/index.html",
        "tg/index.html",
        "ru/n4.html",
        "ru/embed.html",
        "404.html",
        "static/style.css",
    ):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(client.get(f"/{path}").data)
    for path in ("api/services.json", "api/services.ndjson", "data/all.geojson", "data/all.csv"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def public(installed, tmp_path_factory, site, view_file, tiny_area):
    folder = tmp_path_factory.mktemp("public")
    app = create_app(view_file, tiny_area, demo=True, inbox=folder / "inbox.db", proxies=1)
    app.config["TODAY"] = lambda: TODAY
    with waitress(app, clear_untrusted_proxy_headers=False) as port:
        changes = {
            "/srv/rohnamo/site": str(site),
            "127.0.0.1:8000": f"127.0.0.1:{port}",
            "rate=5r/s": "rate=1r/s",
            "burst=60": "burst=20",
        }
        with nginx(folder, "nginx-public.conf", changes) as web:
            yield web


@pytest.fixture(scope="module")
def private(installed, tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("private")
    desk, office = Desk(folder, tiny_area, views(folder, tiny_area)), folder / "office"
    office.mkdir()
    staff = Office(office, tiny_area)
    partner_app = create_partner_app(
        folder / "partner.db",
        tiny_area,
        accounts=desk.accounts,
        inbox=desk.inbox,
        ledger=desk.ledger,
        clock=desk.clock,
    )
    staff_app = create_staff_app(
        staff.directory, tiny_area, accounts=staff.accounts, inbox=staff.inbox, ledger=staff.ledger, clock=staff.clock
    )
    with waitress(partner_app) as partner_port, waitress(staff_app) as staff_port:
        changes = {
            "127.0.0.1:8001": f"127.0.0.1:{partner_port}",
            "127.0.0.1:8002": f"127.0.0.1:{staff_port}",
            "allow 192.0.2.0/24": f"allow {OFFICE}",
        }
        with nginx(folder, "nginx-private.conf", changes) as web:
            web.desk = desk
            yield web


def check(answer, *, status=200, kept="no-store"):
    """Check what every answer carries: the headers once each, nothing that tells more than it should."""
    code, headers, text = answer
    assert code == status, text
    for name, value in HEADERS.items():
        assert headers.get_all(name) == [value], name
    assert headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
    assert headers.get_all("Cache-Control") == [kept]
    assert headers.get("Server") == "nginx"  # no version
    for name in ("ETag", "Last-Modified", "X-Powered-By", "Via"):
        assert name not in headers, name
    return text


def refused(answer, status):
    """Check a refusal of nginx itself: our page with our headers."""
    assert "This page cannot be shown now" in check(answer, status=status)


def test_the_static_site_has_its_headers_and_caching(public, site):
    for path in ("/", "/en/index.html", "/ru/n4.html"):
        text = check(public.ask(SITE, path))
        assert "<h1" in text or "<main" in text
    css = public.ask(SITE, "/static/style.css", Accept_Encoding="gzip")
    assert css[0] == 200
    assert css[1]["Cache-Control"] == "public, max-age=86400"
    assert css[1]["Content-Encoding"] == "gzip"
    assert css[1]["Content-Type"] == "text/css; charset=utf-8"
    for path, kind in {
        "api/services.json": "application/json",
        "api/services.ndjson": "application/x-ndjson",
        "data/all.geojson": "application/geo+json",
        "data/all.csv": "text/csv; charset=utf-8",
    }.items():
        assert public.ask(SITE, f"/{path}")[1]["Content-Type"] == kind


def test_the_map_alone_may_stand_in_a_frame_of_another_site(public):
    for host in (SITE, LIVE):
        code, headers, _ = public.ask(host, "/ru/embed.html")
        assert code == 200
        assert headers.get_all("Content-Security-Policy") == [f"{CONTENT_POLICY}; frame-ancestors *"]
        assert "X-Frame-Options" not in headers
        assert public.ask(host, "/ru/n4.html")[1].get_all("X-Frame-Options") == ["DENY"]


def test_data_of_the_static_site_may_be_read_by_others(public):
    for path in ("/api/services.json", "/data/all.csv"):
        code, headers, _ = public.ask(SITE, path)
        assert code == 200
        for name, value in DATA_HEADERS.items():
            assert headers.get_all(name) == [value], (path, name)
    assert "Access-Control-Allow-Origin" not in public.ask(SITE, "/en/index.html")[1]
    check(public.ask(SITE, "/api/nothing.json"), status=404)


@pytest.mark.parametrize("path", ["/nothing.html", "/en/s/nothing.html", "/.git/config", "/404.html", "/en/s/"])
def test_what_is_not_there_has_our_page_with_links_that_lead_home(public, path):
    text = check(public.ask(SITE, path), status=404)
    style, home = (
        re.search(r'rel="stylesheet" href="([^"]+)"', text)[1],
        re.search(r'class="mark" href="([^"]+)"', text),
    )
    assert style == f"/static/style.css?{VERSION}"
    assert public.ask(SITE, home[1])[0] == 200


def test_paths_lead_to_nothing_but_the_site(public):
    for path in ("/../fullchain.pem", "/static/../../privkey.pem", "/%2e%2e/privkey.pem", "/static/..%2fprivkey.pem"):
        assert public.ask(SITE, path)[0] in (400, 404), path


def test_the_static_site_takes_nothing(public):
    refused(public.ask(SITE, "/en/index.html", method="POST", body="a=1"), 403)
    refused(public.ask(SITE, "/en/index.html", method="POST", body="a" * 5000), 413)
    assert public.ask(SITE, "/en/index.html", method="TRACE")[0] == 405


@pytest.mark.parametrize("host", [SITE, LIVE])
def test_nothing_private_is_on_the_public_host(public, host):
    for path in ("sign-in.html", "account.html", "attention.html", "people.html", "referrals.html", "join/abc"):
        assert public.ask(host, f"/en/{path}")[0] == 404, path


def test_other_names_and_plain_http(public):
    with pytest.raises(ssl.SSLError):
        public.ask("elsewhere.example", "/")
    assert public.ask_plain(SITE, "/en/index.html?x=1") == (301, f"https://{SITE}/en/index.html?x=1")
    with pytest.raises((ConnectionError, OSError)):
        public.ask_plain("elsewhere.example", "/")


FORM = "need=lawyer&area_unit=XT-W1&who=adult&why=too_far"


def send(public, where, **headers):
    told = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin", **headers}
    return public.ask(LIVE, "/en/f2.html", method="POST", where=where, body=FORM, **told)


def test_the_live_portal_takes_forms_and_counts_each_visitor(public):
    check(public.ask(LIVE, "/en/f2.html"))
    spoofed = [send(public, "127.0.0.2", X_Forwarded_For=f"10.0.0.{n}")[0] for n in range(12)]
    assert spoofed == [303] * 10 + [429] * 2
    assert send(public, "127.0.0.3")[0] == 303
    assert send(public, "127.0.0.3", Sec_Fetch_Site="cross-site")[0] == 404
    refused(public.ask(LIVE, "/en/f2.html", method="POST", where="127.0.0.3", body="a" * 70_000), 413)
    check(public.ask(LIVE, "/en/f2.html", method="POST", where="127.0.0.3", body="a" * 7000), status=404)


def test_whoever_asks_too_fast_is_told_to_wait_and_nobody_else(public):
    answers = [public.ask(LIVE, "/en/f3.html", where="127.0.0.4") for _ in range(40)]
    slowed = [each for each in answers if each[0] == 429]
    assert slowed
    refused(slowed[0], 429)
    assert public.ask(LIVE, "/en/f3.html", where="127.0.0.5")[0] == 200
    assert public.ask(SITE, "/en/index.html", where="127.0.0.4")[0] == 200


def test_the_log_tells_nobody_who_looked_for_what(public):
    public.ask(SITE, "/en/n4.html", User_Agent="Canary/1")
    lines = (public.folder / "rohnamo.log").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(re.fullmatch(r"\S+T\S+ \d{3} [\d.]+", line) for line in lines)


def test_a_portal_that_is_away_is_said_on_our_page(public, installed, tmp_path, site):
    with nginx(tmp_path, "nginx-public.conf", {"/srv/rohnamo/site": str(site), "127.0.0.1:8000": "127.0.0.1:9"}) as web:
        refused(web.ask(LIVE, "/en/index.html"), 502)
        check(web.ask(SITE, "/en/index.html"))


def test_a_partner_signs_in_and_out(private):
    desk = private.desk
    desk.token("caseworker")
    desk.clock.step()
    code, headers, text = private.ask(PARTNERS, "/en/sign-in.html")
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("__Host-rohnamo-")
    assert "Content-Encoding" not in headers
    assert "data-passkey" in text
    check((code, headers, text))
    fields = (
        f"login=caseworker&password={PASSWORD.replace(' ', '+')}&code={desk.code('caseworker')}&csrf_token={csrf(text)}"
    )
    told = {"Cookie": cookie.split(";")[0], "Content_Type": "application/x-www-form-urlencoded"}
    code, headers, _ = private.ask(PARTNERS, "/en/sign-in.html", method="POST", body=fields, **told)
    assert (code, headers["Location"]) == (303, "/en/index.html")
    cookies = headers.get_all("Set-Cookie")  # that of the session, and that by which the device is known
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-rohnamo-")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    page = check(private.ask(PARTNERS, "/en/index.html", Cookie="; ".join(cookie.split(";")[0] for cookie in cookies)))
    assert "Sign out" in page
    refused(private.ask(PARTNERS, "/en/referrals.html", method="POST", body="a" * 300_000), 413)


def test_the_staff_come_from_the_office_only(private):
    refused(private.ask(STAFF, "/en/sign-in.html"), 403)
    check(private.ask(STAFF, "/en/sign-in.html", where=OFFICE))
    assert private.ask(PARTNERS, "/en/people.html", where=OFFICE)[0] == 404
    assert private.ask(STAFF, "/en/referrals.html", where=OFFICE)[0] == 404


@pytest.mark.parametrize("path", ["sign-in-passkey", "r/abc"])
def test_guessing_is_slowed_down(private, path):
    where = f"127.0.1.{len(path)}"
    answers = [private.ask(PARTNERS, f"/en/{path}", where=where) for _ in range(25)]
    assert [each[0] for each in answers].count(429) >= 3
    assert all(each[0] != 429 for each in answers[:20])
    refused(answers[-1], 429)
    assert private.ask(PARTNERS, "/en/nothing.html", where=where)[0] == 404


def test_the_private_host_writes_no_log_of_visits(private):
    assert not (private.folder / "rohnamo.log").exists()
