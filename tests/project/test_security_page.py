"""The requirements of asvs.csv and docs/security.md: what they name is there, what is said of limits is so."""

import ast
import csv
import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from typer.testing import CliRunner

from mapping.cli import app as command
from mapping.editions.publish import publish
from tests.support.sample import TODAY, sample_directory
from web.access import accounts, guard, passkeys
from web.access.accounts import Accounts
from web.partner.app import create_partner_app
from web.public import forms
from web.staff.app import create_staff_app
from web.staff.records import reveal
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
with (Path(__file__).parent / "asvs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = [tuple(row) for row in csv.reader(file)][1:]


def test_rows_are_rows():
    numbers = [row[0] for row in ROWS]
    assert len(numbers) == len(set(numbers)) > 120
    assert all(re.fullmatch(r"V([1-9]|1[0-7])\.\d{1,2}\.\d{1,2}", number) for number in numbers)
    assert numbers == sorted(numbers, key=lambda number: [*map(int, number[1:].split("."))])
    for _, words, state, tests in ROWS:
        assert words
        assert state in ("met", "host", "partly", "open")
        assert tests or state in ("open", "host"), words


def test_the_page_names_what_the_program_alone_does_not_meet():
    shown = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in re.findall(r"^\| V\d.*$", PAGE, re.M)]
    assert {row[0] for row in shown} == {row[0] for row in ROWS if row[2] in ("open", "partly")}


@cache
def functions(path):
    """Return the names of the functions of a file that lie within no other."""
    return {*re.findall(r"(?m)^def (\w+)", (ROOT / path).read_text(encoding="utf-8"))}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_test_that_is_named_is_there(row):
    for name in row[3].split():
        path, _, function = name.partition("::")
        defined = functions(path)
        assert function in defined if function else any(each.startswith("test_") for each in defined), name


def test_limits_on_the_page_are_those_of_the_code():
    assert f"at least {accounts.LEAST_LENGTH} signs, at most {accounts.MOST_LENGTH}" in PAGE
    minutes = accounts.LOCKED.seconds // 60
    assert f"| {accounts.TRIES}, then locked for {minutes} minutes" in PAGE
    guesses = (
        f"{accounts.TRIES} for one login from one address in {minutes} minutes, {accounts.TRIES_OF_SOURCE} for all"
    )
    assert guesses in PAGE
    assert (
        f"after {accounts.IDLE.seconds // 60} minutes without a request, and after {accounts.LONGEST.seconds // 3600} h"
        in PAGE
    )
    assert f"{accounts.LINK_LASTS // dt.timedelta(hours=1)} hours, once" in PAGE
    assert f"more than {reveal.MANY} by one person" in PAGE
    assert f"more than {reveal.MOST} are refused" in PAGE
    assert f"| {passkeys.MOST} for an account; a question may be answered for {passkeys.LASTS.seconds // 60} " in PAGE
    hour, day = (each.split()[0] for each in forms.MOST_OF_ONE.split("; "))
    assert f"| {hour} an hour and {day} a day from one address, {forms.MOST_OF_ALL.split()[0]} a day in all" in PAGE
    assert accounts.LEAST_STRENGTH == 3  # on the scale of zxcvbn: no fewer than 10^8 tries


def test_keys_on_the_page_are_those_there_are(portals, tmp_path):
    with sample_directory(tmp_path / "another") as directory:
        assert directory.key
    Ledger(tmp_path / "ledger.db").append("gul", "edited", now=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    made = {path.name for path in tmp_path.rglob("*.key")}
    assert made == {"directory.key", "accounts.key", "ledger.key"}
    assert all(f"`{name}`" in PAGE for name in made)
    assert portals


def calls(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)
            yield getattr(node, "module", None) or ""


@pytest.mark.parametrize("path", sorted((ROOT / "web").glob("*.py")), ids=lambda path: path.name)
def test_no_portal_starts_a_command(path):
    forbidden = {"subprocess", "os.system", "os.popen", "eval", "exec", "pickle", "render_template_string", "marshal"}
    assert not forbidden & set(calls(path))


@pytest.fixture
def portals(tmp_path, tiny_area):
    """The portals of those who sign in, with cookies as they are over TLS."""
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "partner", tmp_path / "partner.db", area=tiny_area, edition=TODAY)
    shared = {
        "accounts": Accounts(tmp_path / "accounts.db"),
        "inbox": Inbox(tmp_path / "inbox.db"),
        "ledger": Ledger(tmp_path / "ledger.db"),
    }
    return (
        create_partner_app(tmp_path / "partner.db", tiny_area, **shared),
        create_staff_app(tmp_path / "directory.db", tiny_area, **shared),
    )


def test_the_cookie_is_for_this_host_alone(portals):
    for portal in portals:
        answer = portal.test_client().get("/en/sign-in.html", base_url="https://portal.example")
        cookies = answer.headers.getlist("Set-Cookie")
        assert cookies
        for cookie in cookies:
            assert cookie.startswith("__Host-rohnamo-")
            parts = {part.strip() for part in cookie.split(";")[1:]}
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= parts
            assert not [part for part in parts if part.startswith("Domain")]


def test_trace_is_not_answered(portals):
    for portal in portals:
        assert portal.test_client().open("/en/sign-in.html", method="TRACE").status_code == 405


def test_fields_for_passwords_are_masked_and_take_a_paste():
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        for field in re.findall(r"<input[^>]*name=\"(?:password|new|again)\"[^>]*>", path.read_text(encoding="utf-8")):
            assert 'type="password"' in field, path
            assert re.search(r'autocomplete="(current|new)-password"', field), path
            assert "onpaste" not in field


@pytest.mark.parametrize("proxies", [0, 1])
def test_only_the_own_web_server_is_believed(monkeypatch, tmp_path, proxies):
    told, made = {}, {}

    def run(server):
        told.update(host=server.socket.getsockname()[0], clears=server.adj.clear_untrusted_proxy_headers)
        server.close()

    monkeypatch.setattr("waitress.server.TcpWSGIServer.run", run)
    monkeypatch.setattr("web.create_app", lambda *_, **options: made.update(options) or Flask("served"))
    (tmp_path / "public.db").touch()
    given = ["--proxies", str(proxies)] if proxies else []
    CliRunner().invoke(
        command, ["serve", "--port", "0", "--view", str(tmp_path / "public.db"), *given], catch_exceptions=False
    )
    assert told["host"] == "127.0.0.1"
    assert told["clears"] is not bool(proxies)
    assert made["proxies"] == proxies
    public = (ROOT / "deploy" / "nginx-public.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in public
    unit = (ROOT / "deploy" / "systemd" / "rohnamo-public.service").read_text(encoding="utf-8")
    assert " --proxies 1" in unit


def test_requests_have_a_size():
    text = Path(guard.__file__).read_text(encoding="utf-8")
    assert "MAX_CONTENT_LENGTH=32 * 2**20" in text
    assert "MAX_FORM_MEMORY_SIZE=2 * 2**20" in text
