"""The commands that serve the partner portal: what they open, and what they say where something is missing."""

import errno
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from typer.testing import CliRunner

from mapping.cli import app, options, portals
from mapping.directory.directory import Directory, public_id
from mapping.editions.publish import publish
from mapping.editions.releases import Releases
from mapping.errors import MappingError, NotFound
from mapping.view.view import View
from tests.support.sample import TODAY, key, sample_directory
from web.access.accounts import Accounts
from web.access.roles import PORTAL_ROLES
from web.stores.inbox import HelpMissing, Inbox

TINY = Path(__file__).parents[1] / "tiny"
DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture
def served(monkeypatch):
    """What would be served."""
    found = []
    monkeypatch.setattr(portals, "serve_app", lambda portal, *, port, **_: found.append((portal, port)))
    return found


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_portal_opens_the_views_that_are_named(served, tiny_area, tmp_path):
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "partner", tmp_path / "partner.db", area=tiny_area, edition=TODAY)
    files = [word for name in ("accounts", "inbox", "ledger") for word in (f"--{name}", tmp_path / f"{name}.db")]
    done = run("partner", "--view", tmp_path / "partner.db", "--area", TINY, "--port", 8100, *files)
    assert done.exit_code == 0, done.output
    ((portal, port),) = served
    assert port == 8100
    assert portal.config["SESSION_COOKIE_SECURE"]
    assert portal.test_client().get("/").status_code == 302
    missing = run("partner", "--view", tmp_path / "none.db", "--area", TINY, *files)
    assert isinstance(missing.exception, NotFound)
    assert "rohnamo publish --audience partner" in str(missing.exception)


def test_a_directory_that_cannot_be_opened_is_said_before_the_staff_portal_begins(served, tmp_path):
    (tmp_path / "directory.db").write_text("no database")
    files = [word for name in ("accounts", "inbox", "ledger") for word in (f"--{name}", tmp_path / f"{name}.db")]
    refused = run("staff", "--directory", tmp_path / "directory.db", "--area", TINY, *files)
    assert isinstance(refused.exception, MappingError)
    assert "is damaged or is not a directory; restore it from a backup" in str(refused.exception)
    assert served == []


@pytest.mark.parametrize("has_sandbox", [True, False])
def test_a_host_on_which_hostile_files_reach_others_is_told_so(has_sandbox, served, tiny_area, tmp_path, monkeypatch):
    monkeypatch.setattr("mapping.formats.reader_process.has_sandbox", lambda: has_sandbox)
    sample_directory(tmp_path, tiny_area).close()
    files = [word for name in ("accounts", "inbox", "ledger") for word in (f"--{name}", tmp_path / f"{name}.db")]
    done = run("staff", "--directory", tmp_path / "directory.db", "--area", TINY, *files)
    assert done.exit_code == 0, done.output
    assert ("install bubblewrap" in " ".join(done.output.split())) is not has_sandbox
    assert len(served) == 1


def test_the_demo_has_a_link_for_each_invented_person_and_no_password(served, tiny_area, tmp_path):
    assert "rohnamo demo" in str(run("demo-partner", "--build", tmp_path, "--area", TINY).exception)
    sample_directory(tmp_path / "private", tiny_area).close()
    done = run("demo-partner", "--build", tmp_path, "--area", TINY)
    assert done.exit_code == 0, done.output
    links = re.findall(r"http://localhost:8001(/en/join/\S+)", done.output)
    assert len(links) == len(PORTAL_ROLES)
    ((portal, _),) = served
    pages = [portal.test_client().get(link).text for link in links]
    assert all("(invented)" in page for page in pages)
    again = re.findall(r"(/en/join/\S+)", run("demo-partner", "--build", tmp_path, "--area", TINY).output)
    assert set(again).isdisjoint(links)
    shutil.rmtree(tmp_path / "private")


def test_planners_of_the_demo_read_where_help_is_missing_as_everybody_does(served, tiny_area, tmp_path):
    sample_directory(tmp_path / "private", tiny_area).close()
    inbox = Inbox(tmp_path / "private" / "inbox.db")
    for _ in range(12):
        inbox.put(HelpMissing(need="lawyer", area_unit="XT-W1"), on=TODAY)
    assert run("demo-partner", "--build", tmp_path, "--area", TINY).exit_code == 0
    for audience in ("partner", "focal_point"):
        view = View(tmp_path / "private" / f"{audience}.db")
        assert [(row["need"], row["count"]) for row in view.rows("demand")] == [("lawyer", 12)]


def test_what_is_saved_in_the_staff_portal_of_the_demo_stays_in_its_own_folder(served, tiny_area, tmp_path):
    sample_directory(tmp_path / "private", tiny_area).close()
    done = run("demo-staff", "--build", tmp_path, "--area", TINY)
    assert done.exit_code == 0, done.output
    ((portal, _),) = served
    assert portal.config["MAPS"] == tmp_path / "private" / "maps"
    assert {path.name for path in portal.config["MAPS"].iterdir()} == {path.name for path in DEMO.glob("*.toml")}


def test_the_office_of_the_demo_has_something_to_do_on_every_page(served, tiny_area, tmp_path):
    sample_directory(tmp_path / "private", tiny_area).close()
    for _ in range(2):  # the second start adds nothing
        done = run("demo-staff", "--build", tmp_path, "--area", TINY)
        assert done.exit_code == 0, done.output
    (portal, _), _ = served
    roles = Counter(account.roles for account in portal.config["ACCOUNTS"].accounts())
    assert roles == dict.fromkeys([("steward",), ("custodian",), ("administrator",)], 2)
    assert len([*portal.config["INBOX"].messages(waiting=True)]) == 3
    with Directory(tmp_path / "private" / "directory.db", tiny_area) as directory:
        assert sorted(proposal.kind for proposal in directory.proposals()) == ["edit", "edit", "erase"]
        assert len(directory.conflicts()) == 1
    editions = Releases(tmp_path / "private" / "editions", tmp_path / "public.db", "public").editions()
    assert [edition.live for edition in editions] == [True, False]
    assert portal.config["BACKUP_KEY"].exists()


def test_an_account_acts_in_regions_that_there_are_only(tmp_path):
    own = tmp_path / "accounts.db"
    files = ("--accounts", own, "--role", "steward", "--area", TINY)
    missing = run("user", "add", "gul", "--region", "XT-E", "--region", "XX", *files)
    assert isinstance(missing.exception, NotFound)
    assert "XX" in str(missing.exception)
    assert not own.exists()
    for login, code in (("gul", "XT-E"), ("olim", "*")):
        assert run("user", "add", login, "--region", code, *files).exit_code == 0
        assert Accounts(own).by_login(login).grants.regions == {code}


def test_an_account_is_granted_a_body_by_its_name_or_id(tiny_area, tmp_path):
    view, own = tmp_path / "partner.db", tmp_path / "accounts.db"
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "partner", view, area=tiny_area, edition=TODAY)
        umed = public_id(directory.key, key("organization", "Umed"))
    files = ("--view", view, "--accounts", own, "--role", "provider")
    assert run("user", "add", "gul", "--organization", "умед", *files).exit_code == 0
    assert run("user", "add", "olim", "--organization", umed, *files).exit_code == 0
    assert run("user", "add", "all", "--organization", "*", *files).exit_code == 0
    for login, granted in (("gul", {umed}), ("olim", {umed}), ("all", {"*"})):
        assert Accounts(own).by_login(login).grants.organizations == granted
    missing = run("user", "add", "nobody", "--organization", "Nowhere", *files)
    assert isinstance(missing.exception, NotFound)
    assert {one.login for one in Accounts(own).accounts()} == {"gul", "olim", "all"}
    assert "Bodies" in run("user", "list", "--accounts", own).output


def test_a_port_that_is_taken_is_said(monkeypatch):
    def taken(*_args, **_options):
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr("web.serving.create_server", taken)
    with pytest.raises(MappingError, match=r"port 8001 cannot be used \(Address already in use\); choose .* --port"):
        options.serve_app(Flask("none"), port=8001)
