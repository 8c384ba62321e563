"""Forgetting a person, and what could give something hidden away: custodians only, with a reason, in the log."""

import pytest

from mapping.directory.directory import Directory
from mapping.model import Contact
from tests.support.sample import TODAY, batch, contact, key, organization, phone, service
from tests.web.staff.records.test_records import waiting
from tests.web.support.office import Office, post
from tests.web.support.signed_in import PASSWORD

FORGET, ERASE, WAITING = "/en/forget.html", "/en/forget/erase", "/en/waiting.html"
REASON = "she asked to be forgotten"


@pytest.fixture
def office(tmp_path, tiny_area):
    hidden = organization("Sitorai Nihoni", audience="custodian")
    return Office(tmp_path, tiny_area, hidden, [contact("Maftuna Qalandarova", organization="Sitorai Nihoni")])


def contacts(office, tiny_area):
    with Directory(office.directory, tiny_area) as directory:
        return [one.id for one in directory.records(Contact)]


def test_a_person_is_found_in_any_script_and_erased(office, tiny_area):
    client = office.client("custodian")
    assert post(client, FORGET, word="Мафтуна", reason="no").status_code == 400
    assert post(client, FORGET, word="Ма", reason=REASON).status_code == 400
    assert post(client, FORGET, word="aaaaaa", reason=REASON).status_code == 400, "one letter, as names are looked for"
    found = post(client, FORGET, word="Мафтуна", reason=REASON)
    assert "Maftuna Qalandarova · Sitorai Nihoni" in found.text
    (one,) = contacts(office, tiny_area)
    refused = post(client, ERASE, page=FORGET, id=one, reason="no")
    assert (refused.status_code, "Maftuna Qalandarova · Sitorai Nihoni" in refused.text) == (400, True)
    assert "Nobody was chosen" in post(client, ERASE, page=FORGET, reason=REASON).text
    assert post(client, ERASE, page=FORGET, id=one, reason=REASON).status_code == 303
    assert contacts(office, tiny_area) == [one], "one person hides, and erases nothing"
    number = waiting(office)[0].id
    proposal = f"/en/p/{number}.html"
    assert post(client, proposal, choice="accepted").status_code == 403
    assert number not in office.client("steward").get(WAITING).text
    other = office.client("custodian", login="second")
    assert number in other.get(WAITING).text
    assert "Erase for good: Person or desk" in other.get(WAITING).text
    assert f">{one}" not in other.get(WAITING).text, "an id says nothing to a person"
    assert "Maftuna Qalandarova · Sitorai Nihoni" in other.get(proposal).text
    assert post(other, proposal, choice="accepted", password="x", code="1").status_code == 400
    assert contacts(office, tiny_area) == [one]
    office.clock.step()
    sure = {"password": PASSWORD, "code": office.code("second")}
    assert post(other, proposal, choice="accepted", **sure).status_code == 303
    assert contacts(office, tiny_area) == []
    assert "Maftuna" not in other.get(proposal).text
    assert b"Maftuna" not in office.directory.read_bytes()
    lines = [(line.action, line.reason) for line in office.ledger.lines(newest=9)]
    assert "person_erased" in dict(lines)
    assert ("person_looked_for", REASON) in lines
    assert ("second", "person_looked_for") in {(line.who, line.action) for line in office.ledger.lines(newest=99)}
    assert "Maftuna" not in str(lines)


def test_a_number_is_told_with_whose_it_is(office, tiny_area):
    line = phone("+992372000009", service="Night line")
    with Directory(office.directory, tiny_area) as directory:
        directory.add(batch(service("Night line", of="Sitorai Nihoni"), line), by="a", agreed_by="b", on=TODAY)
    found = post(office.client("custodian"), FORGET, word="372000009", reason=REASON).text
    assert "+992372000009 · Night line, Sitorai Nihoni" in found


def test_only_custodians_for_all_regions_may(office):
    assert office.client("custodian", login="west", regions=("XT-W",)).get(FORGET).status_code == 403
    assert office.client("custodian", login="west").get("/en/telling.html").status_code == 403
    for role in ("steward", "administrator"):
        assert office.client(role).get(FORGET).status_code == 403


def test_searches_are_counted(office):
    client = office.client("custodian")
    answers = [post(client, FORGET, word="nobody here", reason=REASON).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


def test_what_could_tell_is_shown_for_a_reason(office):
    office.directory.with_name("publishing.txt").write_text("Umed is shown, 90 m from the hidden location 7\n")
    client = office.client("custodian")
    assert "90 m" not in client.get("/en/telling.html").text
    assert post(client, "/en/telling.html", reason="short").status_code == 400
    assert "90 m from the hidden location" in post(client, "/en/telling.html", reason="before we publish").text
    assert [line.action for line in office.ledger.lines(newest=1)] == ["warnings_read"]


def test_whoever_agrees_reads_which_texts_still_name_the_person(office, tiny_area):
    (one,) = contacts(office, tiny_area)
    with Directory(office.directory, tiny_area) as directory:
        told = {"description": "Ask Maftuna Qalandarova at the door"}
        directory.edit(
            "organization", key("organization", "Sitorai Nihoni"), told, by="gul", on=TODAY, reason="leaflet"
        )
    client = office.client("custodian")
    assert post(client, ERASE, page=FORGET, id=one, reason=REASON).status_code == 303
    other = office.client("custodian", login="second")
    proposal = f"/en/p/{waiting(office)[0].id}.html"
    office.clock.step()
    refused = post(other, proposal, choice="accepted", password=PASSWORD, code=office.code("second"))
    assert refused.status_code == 409
    assert "description: holds the name of a person" in refused.text
    assert contacts(office, tiny_area) == [one]
    assert "person_erased" not in {line.action for line in office.ledger.lines(newest=9)}
