"""Changes: what was undone stays to be read, as undone by whom and when; what was secret stays so when it is gone."""

import html
import re

import pytest

from mapping.directory.directory import Directory
from mapping.model import Organization, Service
from tests.support.sample import TODAY, batch, organization, phone
from tests.web.support.office import csrf, post
from web.staff.agreeing import why


def lines(client, language="en"):
    """Return the texts of the lines of the page, newest first."""
    rows = client.get(f"/{language}/changes.html").text.split("<tr>")[2:]
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", row))).strip() for row in rows]


def put_in(office, area, *records):
    with Directory(office.directory, area) as opened:
        opened.add(batch(*records, file="some list.csv"), on=TODAY)
        return opened.batches()[-1].number


def test_an_import_that_was_undone_stays_and_tells_by_whom_and_when(office, steward, tiny_area):
    number = put_in(office, tiny_area, organization("Bahor Centre"))
    before = lines(steward)
    assert " 1 0 0 " in before[0]  # the body; where it was said is a part of it
    assert post(steward, f"/en/changes/{number}", page="/en/changes.html").location.endswith("?done")
    after = lines(steward)
    assert len(after) == len(before) + 1
    assert after[0].startswith("Undone: some list.csv")
    assert " 0 0 1 " in after[0]
    assert after[1].startswith("some list.csv")
    assert " 1 0 0 " in after[1]
    day = lines(steward)[0].split(" · ")[0].removeprefix("Undone: some list.csv ")
    assert after[1].endswith(f"undone by steward on {day}")
    assert "отменено: steward," in lines(steward, "ru")[1]


def test_what_an_act_does_to_a_part_changes_its_entry_also_when_the_part_is_gone(office, steward, tiny_area):
    body = organization("Bahor Centre")
    put_in(office, tiny_area, body)
    number = put_in(office, tiny_area, phone("+992372000001", organization="Bahor Centre"))
    assert " 0 1 0 " in lines(steward)[0]
    assert "Bahor Centre" in lines(steward)[0]
    assert post(steward, f"/en/changes/{number}", page="/en/changes.html").location.endswith("?waits")
    with Directory(office.directory, tiny_area, signed_in=True) as directory:
        directory.decide(directory.proposals()[-1].id, "accepted", by="another steward", on=TODAY)
    assert [" 0 1 0 " in line for line in lines(steward)[:3]] == [True, True, False]


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("accepted", ""),  # the act says so
        ("3 agreed to", ""),
        ("sources differ: Register", "Register"),
        ("change 7 sent in by gul", "изменение № 7, прислано: gul"),
        ("they wrote", "they wrote"),
    ],
)
def test_a_reason_that_code_wrote_reads_in_words(reason, text):
    assert why(reason, "ru") == text


def test_an_undoing_can_itself_be_undone_and_then_counts_no_more(office, steward, tiny_area):
    number = put_in(office, tiny_area, organization("Bahor Centre"))
    for each in (number, number + 1):
        assert post(steward, f"/en/changes/{each}", page="/en/changes.html").status_code == 303
    assert ["undone by" in line for line in lines(steward)[:3]] == [False, True, False]


def test_what_was_for_custodians_stands_on_no_line_when_it_is_gone(office, steward, tiny_area):
    before = lines(steward)
    number = put_in(office, tiny_area, organization("Hidden house", audience="custodian"))
    assert lines(steward) == before
    with Directory(office.directory, tiny_area) as opened:
        opened.undo(number, by="custodian", on=TODAY)
    assert lines(steward) == before


def undo_of(client, number):
    token = csrf(client.get("/en/changes.html").text)
    return client.post(f"/en/changes/{number}", data={"csrf_token": token})


def test_a_steward_of_a_region_undoes_nothing_of_another(office, steward, tiny_area):
    """The first import is of the whole country, hidden entries among it."""
    with Directory(office.directory, tiny_area) as opened:
        first, before = opened.batches()[0].number, len(opened.records(Service))
    for client in (office.client("steward", login="east", regions=("XT-E",)), steward):
        assert undo_of(client, first).status_code in (403, 404, 409)
    with Directory(office.directory, tiny_area) as opened:
        assert len(opened.records(Service)) == before


def test_more_than_twenty_entries_are_undone_by_two(office, steward, tiny_area):
    many = [organization(f"Body {number}") for number in range(21)]
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(*many, source="many", file="many.csv"), on=TODAY)
        number = opened.batches()[-1].number
    answer = undo_of(steward, number)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/changes.html?waits")
    with Directory(office.directory, tiny_area) as opened:
        assert sum(body.name.startswith("Body ") for body in opened.records(Organization)) == 21
