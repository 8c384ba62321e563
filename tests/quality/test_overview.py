"""The state of a directory: counted rightly, in every language, private, and safe to open."""

import datetime as dt
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.freshness import freshness
from mapping.model import Approval, Funding, Organization, Source
from mapping.quality.overview import COUNTED, SHOWN, lines, overview, write_page
from tests.support.sample import (
    CHASHMA,
    TODAY,
    agreement,
    batch,
    key,
    organization,
    place,
    sample_directory,
    service,
    statement,
)


def matters(state):
    return {matter.key: matter for matter in state.matters}


def test_the_sample_is_counted_by_what_a_view_shows(tmp_path, tiny_area):
    with sample_directory(tmp_path / "d", tiny_area) as directory:
        state = overview(directory, tiny_area, TODAY)
        shown = {}
        for audience in ("public", "partner", "focal_point"):
            with directory.view(audience, tmp_path / f"{audience}.db", edition=TODAY) as view:
                shown[audience] = {table: len(view.rows(table)) for table in COUNTED if table in view._tables}
        for table in COUNTED:
            own = state.counts[table]
            assert sum(own.values()) == directory.count(table), table
            if table in shown["public"]:
                assert own["public"] == shown["public"][table], table
                assert own["public"] + own["partner"] == shown["partner"][table], table
        assert state.counts["service"]["custodian"] > 0


def test_checks_are_counted_by_the_one_rule(tmp_path, tiny_area):
    days = {"A": 200, "B": 10, "C": -10, "D": -200}
    parts = [organization("Umed")]
    for name, left in days.items():
        parts.append(service(name, of="Umed", next_due=TODAY + dt.timedelta(left)))
    parts.append(service("E", of="Umed", verified=None))
    parts.append(service("F", of="Umed", verified=None, status="inactive"))
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        state = overview(directory, tiny_area, TODAY)
    assert state.freshness == {"fresh": 1, "due": 1, "overdue": 1, "lapsed": 1, "unverified": 1}
    for name, left in days.items():
        due = TODAY + dt.timedelta(left)
        assert state.freshness[freshness(TODAY, due, TODAY)] == 1, name
    found = matters(state)
    assert [found[f"check-{key_}"].count for key_ in ("due", "overdue", "lapsed", "unverified")] == [1, 1, 1, 1]
    assert len(state.calls) == 1


def ending(tmp_path, area, *parts, **approval):
    with sample_directory(tmp_path, area, organization("Umed"), organization("Nav"), *parts) as directory:
        return matters(overview(directory, area, TODAY))


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1), (90, 1), (91, 0)])
def test_money_that_ends_soon(tmp_path, tiny_area, days, count):
    money = Funding(id="f", organization_id=key("organization", "Umed"), valid_to=TODAY + dt.timedelta(days))
    assert ending(tmp_path, tiny_area, [money])["funding"].count == count


@pytest.mark.parametrize(("days", "soon", "over"), [(-1, 0, 1), (30, 1, 0), (200, 0, 0)])
def test_agreements_that_end_soon_or_are_over(tmp_path, tiny_area, days, soon, over):
    paper = agreement("Umed", "Nav", valid_to=TODAY + dt.timedelta(days))
    found = ending(tmp_path, tiny_area, paper)
    assert (found["agreement"].count, found["agreement-over"].count) == (soon, over)


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (30, 1), (200, 0)])
def test_consents_that_end_soon(tmp_path, tiny_area, days, count):
    given = Approval(
        id="a",
        kind="audience",
        subject="x",
        value="public",
        approved_by="A",
        approved_by_too="B",
        approved_on=TODAY,
        consent_until=TODAY + dt.timedelta(days),
    )
    assert ending(tmp_path, tiny_area, [given])["consent"].count == count


def test_statements_whose_consent_ends(tmp_path, tiny_area):
    found = ending(tmp_path, tiny_area, statement("A bed can be arranged", consent_until=TODAY + dt.timedelta(20)))
    assert found["statement"].count == 1
    assert found["statement"].examples == ("A bed can be arranged",)


def test_records_that_hang_on_nothing(tmp_path, tiny_area):
    parts = (
        organization("Umed"),
        organization("Nobody's"),
        service("Good", of="Umed", phones=["+992000100001"]),
        service("Mute", of="Umed", types=[]),
        place("P", of=["Good"], at=CHASHMA, unit="XT-W2"),
        place("Empty", of=[], at=CHASHMA, unit="XT-W2"),
    )
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        found = matters(overview(directory, tiny_area, TODAY))
    assert found["empty-body"].examples == ("Nobody's",)
    assert found["empty-place"].count == 1
    assert found["no-type"].examples == ("Mute (Umed)",)
    assert found["no-route"].examples == ("Mute (Umed)",)
    assert found["no-body"].count == 0


def test_what_must_not_be_listed_is_said(tmp_path, tiny_area):
    parts = (organization("Umed", do_not_list=True), organization("Nav"), service("S", of="Nav", do_not_list=True))
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        state = overview(directory, tiny_area, TODAY)
    assert matters(state)["do-not-list"].examples == ("Umed", "S (Nav)")
    assert sum(state.freshness.values()) == 0


def test_lists_that_nobody_approved_are_named(tmp_path, tiny_area):
    from mapping.model import Provenance, record_id

    source = Source(id=record_id("stranger", "source"), name="A stranger's list")
    origin = Provenance(
        id="p", link_id=key("organization", "Umed"), link_entity="organization", source_id=source.id, source_key="1"
    )
    with sample_directory(tmp_path, tiny_area, organization("Umed")) as directory:
        directory.add(batch([source, origin]), on=TODAY)
        assert matters(overview(directory, tiny_area, TODAY))["approval"].examples == ("A stranger's list", "sample")
        approved = Approval(
            id="a",
            kind="map",
            subject="stranger",
            value="0" * 64,
            approved_by="A",
            approved_by_too="B",
            approved_on=TODAY,
        )
        directory.add(batch([approved.model_copy(update={"value": None})]), on=TODAY)  # a sender's name, and no map
        assert matters(overview(directory, tiny_area, TODAY))["approval"].examples == ("A stranger's list", "sample")
        directory.add(batch([approved]), on=TODAY)
        assert matters(overview(directory, tiny_area, TODAY))["approval"].examples == ("sample",)


def test_an_empty_directory_has_nothing_to_see_to(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area, []) as directory:
        state = overview(directory, tiny_area, TODAY)
    assert state.open == ()
    assert state.completeness is None
    assert "Nothing waits." in list(lines(state))
    assert write_page(state, tmp_path / "p.html", tiny_area).exists()


HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


def page(tmp_path, area, language="en"):
    parts = (organization(HOSTILE), service(HOSTILE + "s", of=HOSTILE, verified=None, description=HOSTILE))
    with sample_directory(tmp_path / "d", area, *parts, statement(HOSTILE, consent_until=TODAY)) as directory:
        return write_page(overview(directory, area, TODAY), tmp_path / "private" / "p.html", area, language)


def test_the_page_escapes_everything_and_asks_nobody(tmp_path, tiny_area):
    path = page(tmp_path, tiny_area)
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "{{7*7}}" in text
    assert not re.search(r"(?:src|href|action)\s*=|url\(|@import|https?://", text)
    assert "default-src 'none'" in text
    assert "Private:" in text
    assert 'content="noindex"' in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("language", ["ru", "tg", "uz"])
def test_the_page_and_the_screen_are_in_the_language(tmp_path, tiny_area, language):
    text = page(tmp_path, tiny_area, language).read_text(encoding="utf-8")
    assert f'lang="{language}"' in text
    for english in ("State of the directory", "To see to", "Call first", "Private:", "nobody ever checked"):
        assert english not in text


def test_examples_are_few(tmp_path, tiny_area):
    parts = [organization("Umed"), *(service(f"S{n}", of="Umed", verified=None) for n in range(30))]
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        found = matters(overview(directory, tiny_area, TODAY))
    assert found["check-unverified"].count == 30
    assert len(found["check-unverified"].examples) == SHOWN


# -- the command line ----------------------------------------------------------------------------------------------


ROOT = Path(__file__).resolve().parents[2]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def place_of(tmp_path, tiny_area):
    with sample_directory(tmp_path / "d", tiny_area):
        pass
    return ("--directory", tmp_path / "d" / "directory.db", "--area", ROOT / "tests" / "tiny", "--today", TODAY)


def test_check_without_a_file_says_the_state_and_succeeds(tmp_path, place_of):
    done = run("check", "--html", tmp_path / "state.html", *place_of)
    assert done.exit_code == 0, done.output
    assert "The directory on" in done.output
    assert "To see to:" in done.output
    assert (tmp_path / "state.html").exists()


def test_due_goes_out_and_comes_back(tmp_path, place_of):
    path = tmp_path / "calls.csv"
    done = run("due", "--csv", path, *place_of)
    assert done.exit_code == 0, done.output
    head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert rows
    path.write_text("\n".join([head, *(row[: -len(",,,,")] + "unreachable,,Zarina,," for row in rows[:1])]))
    done = run("due", "--done", path, *place_of)
    assert done.exit_code == 0, done.output
    assert "1 unreachable" in done.output


def test_duplicates_are_shown_and_decided(tmp_path, place_of):
    done = run("duplicates", "--csv", tmp_path / "pairs.csv", *place_of)
    assert done.exit_code == 0, done.output
    assert "pairs may be one" in done.output
    done = run("duplicates", "--decide", tmp_path / "pairs.csv", "--by", "Zarina", *place_of)
    assert done.exit_code == 0, done.output
    assert "No row has a decision." in done.output


@pytest.mark.parametrize("words", [("check",), ("due",), ("duplicates",)])
def test_a_directory_that_is_not_there(tmp_path, words):
    done = run(*words, "--directory", tmp_path / "none.db")
    assert done.exit_code == 1
    assert not (tmp_path / "none.db").exists()
    assert isinstance(done.exception, Exception)
    assert "there is no directory" in str(done.exception)


def test_organizations_only_are_no_trouble(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area, [Organization(id="x", name="X")]) as directory:
        assert matters(overview(directory, tiny_area, TODAY))["empty-body"].count == 1
