"""What the search of texts finds is said to custodians alone: a refused edition tells a steward nothing."""

import re
from unittest.mock import patch

import pytest

from mapping.directory.directory import Directory
from mapping.model import Service
from tests.support.sample import TODAY, organization, public_parts, secret_parts, service
from tests.support.second_person import SecondPerson
from tests.web.support.office import Office, post
from web.staff.operations import publish

LEAKS = {
    "nothing of the kind": ("Зардолузор 17", "ул. Зардолузор, д. 17"),
    "a name": ("Ask at Зарнисор",),
    "several": ("Зардолузор 17, Зарнисор, +992 00 777 12 34", "777 12 34", "navbat@gulafshon.example"),
}


def without_tokens(text):
    return re.sub(r'value="[\w.-]{40,}"', "", text)


def office_with(tmp_path, area, texts):
    own = [service(f"Talk {n}", of="Umed", types=["PSY-COU"], description=text) for n, text in enumerate(texts)]
    return Office(tmp_path, area, *public_parts(), *secret_parts(), *own)


def refused(office, client):
    answer = post(client, "/en/publish/public/build", page="/en/publish.html")
    return answer.status_code, without_tokens(answer.text)


def test_every_refusal_reads_the_same(tmp_path, tiny_area):
    answers = set()
    for number, texts in enumerate(LEAKS.values()):
        (folder := tmp_path / str(number)).mkdir()
        office = office_with(folder, tiny_area, texts)
        answers.add(refused(office, office.client("steward")))
    (status, text) = answers.pop()
    assert answers == set()
    assert status == 400
    assert "Some texts wait for a custodian" in text
    assert "Talk" not in text


def test_refusals_are_counted_and_raise_an_alarm_and_then_nothing_is_compared(tmp_path, tiny_area, monkeypatch):
    office = office_with(tmp_path, tiny_area, LEAKS["several"])
    steward = office.client("steward")
    for _ in range(publish.MOST_REFUSED):
        status, text = refused(office, steward)
        assert status == 400
    deeds = [line.action for line in office.ledger.lines()]
    assert deeds.count("edition_refused") == publish.MOST_REFUSED
    assert deeds.count("refusal_alarm") == publish.MOST_REFUSED - publish.MANY_REFUSED
    monkeypatch.setattr(publish.Releases, "stage", None)  # nothing is built any more
    assert refused(office, steward) == (status, text)
    office.clock.step(hours=25)
    monkeypatch.undo()
    assert refused(office, office.client("steward"))[0] == 400


def test_custodians_read_which_texts_they_are(tmp_path, tiny_area):
    office = office_with(tmp_path, tiny_area, LEAKS["a name"])
    refused(office, office.client("steward"))
    custodian = office.client("custodian")
    shown = post(custodian, "/en/telling.html", reason="an edition was refused today").text
    assert "Talk 0" in shown
    assert "the name of something hidden" in shown


def test_a_refusal_leads_to_the_field_and_offers_to_keep_it_back(tmp_path, tiny_area):
    office = office_with(tmp_path, tiny_area, LEAKS["a name"])
    both = office.client("steward custodian", login="both")
    assert 'telling.html"' in post(both, "/en/publish/public/build", page="/en/publish.html").text.split("</h1>")[1]
    reason = {"reason": "an edition was refused today"}
    shown = post(both, "/en/telling.html", **reason).text
    (field,) = re.findall(r'href="(e/service/[^"]+#form)"', shown)
    assert "Ask at" in both.get(f"/en/{field}").text
    custodian = office.client("custodian")
    keep = re.search(r'name="keep" value="([^"]+)"', post(custodian, "/en/telling.html", **reason).text)[1]
    assert post(custodian, "/en/telling.html", keep="x y", **reason).status_code == 404
    assert "kept back" in post(custodian, "/en/telling.html", keep=keep, **reason).text
    assert refused(office, office.client("steward"))[0] == 303
    assert "Ask at" not in both.get("/en/next/public.html").text


def test_an_edition_that_is_built_takes_no_refusal_away(tmp_path, tiny_area):
    office = office_with(tmp_path, tiny_area, LEAKS["a name"])
    refused(office, office.client("steward"))
    with Directory(office.directory, tiny_area) as directory:
        (talk,) = directory.records(Service, name="Talk 0")
        directory.edit("service", talk.id, {"do_not_list": True}, by="gul", on=TODAY, reason="told to")
    assert refused(office, office.client("steward"))[0] == 303
    shown = post(office.client("custodian"), "/en/telling.html", reason="an edition was refused today").text
    assert "Talk 0" in shown


def test_a_text_that_one_person_wrote_is_compared_with_nothing(tmp_path, tiny_area):
    """2,178 addresses in one description, then halves of them, were as many answers as there were editions."""
    office = Office(tmp_path, tiny_area, *public_parts(), *secret_parts())
    with Directory(office.directory, tiny_area) as directory:
        directory.signed_in = True
        asked = {"description": " ".join(LEAKS["several"]), "alert": LEAKS["a name"][0]}
        with patch.object(SecondPerson, "present", False):
            for record in directory.records(Service):
                if not record.do_not_list:
                    directory.edit("service", record.id, asked, by="gul", on=TODAY, reason="to ask")
    assert refused(office, office.client("steward"))[0] == 303


@pytest.mark.parametrize("role", ["steward", "administrator", "custodian"])
def test_no_page_counts_what_could_tell(tmp_path, tiny_area, role):
    """The number of places close to hidden ones moved with one hidden place."""
    office = Office(tmp_path, tiny_area, *public_parts(), *secret_parts())
    steward = office.client("steward")
    post(steward, "/en/publish/public/build", page="/en/publish.html")
    text = office.client(role).get("/en/next/public.html").text
    assert "could give something hidden away" not in text


def test_hidden_organizations_with_ordinary_names_stop_no_edition(tmp_path, tiny_area):
    """A service of a hidden body is called by ordinary words, which phones of others hold."""
    hidden = organization("Gulbog", audience="custodian", do_not_list=True)
    line = service("Hot line (phone + Telegram)", of="Gulbog", types=["IDN-HOT"])
    other = service("Chat", of="Umed", types=["PSY-COU"], description="By phone, hot line and Telegram")
    office = Office(tmp_path, tiny_area, *public_parts(), hidden, line, other)
    answer = post(office.client("steward"), "/en/publish/public/build", page="/en/publish.html")
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/en/next/public.html")
