"""What staff type and looks like a person's name: asked about, told to the second person, never refused."""

import html

import pytest

from mapping.quality.names import fields_with_people
from tests.support.sample import key, public_parts
from tests.web.staff.records.test_create import BODY, NEW, names
from tests.web.staff.records.test_records import CHANGE, LEGAL, record, send, waiting
from tests.web.support.office import Office, post
from web.staff.persons import ANSWER

ASKS = "is this the name of a person?"
TOLD = "Agree only if it is not, or if they want it to stand there"
SOMEBODY = "Каримова Зарина Ахмедовна"
UMED = key("organization", "Umed")


@pytest.fixture
def office(tmp_path, tiny_area):
    return Office(tmp_path, tiny_area, public_parts())


@pytest.mark.parametrize(
    ("table", "fields", "those"),
    [
        ("organization", {"name": SOMEBODY, "alternate_name": "Умед"}, ["name"]),
        ("organization", {"name": "Хонаи Каримова З.", "alternate_name": "Центр Олимовой"}, []),
        ("organization", {"name": "Адвокат Каримова З. А."}, []),
        ("service", {"name": "Помощь", "description": "приём ведёт психолог Каримова"}, ["description"]),
        ("service", {"description": "больница им. Б. Вохидова", "alert": None, "minimum_age": 18}, []),
        ("organization", {"email": "z.karimova@umed.example"}, ["email"]),
        ("phone", {"number": "+992900000000", "description": "Олимов С. М."}, ["description"]),
        ("translation", {"link_entity": "organization", "field": "name", "text": SOMEBODY}, ["text"]),
        ("contact", {"title": SOMEBODY}, []),
    ],
)
def test_the_rules_are_those_by_which_lists_are_read(table, fields, those):
    assert fields_with_people(table, fields) == those


def test_a_change_is_asked_about_once_and_stored_when_somebody_says_so(office, steward):
    typed = {"description": "Ask for Каримова З. А., room 4", "reason": "they wrote"}
    told = send(steward, CHANGE, **typed)
    assert told.status_code == 409
    assert ASKS in told.text
    assert 'aria-describedby="wrong-description"' in told.text
    assert html.escape(typed["description"]) in told.text, "what was typed is there yet"
    assert record(office, "service", LEGAL).description != typed["description"]
    assert send(steward, CHANGE, **typed, **{ANSWER: "1"}).status_code == 303
    assert record(office, "service", LEGAL).description == typed["description"]


def test_what_only_custodians_see_is_not_asked_about(office, steward):
    typed = {"description": "Ask for Каримова З. А.", "audience": "custodian", "reason": "they wrote"}
    assert send(steward, CHANGE, **typed).status_code == 303


def test_what_stood_there_already_is_not_asked_about_with_another_change(office, steward):
    named = {"description": "Ask for Каримова З. А.", "reason": "they wrote"}
    send(steward, CHANGE, **named, **{ANSWER: "1"})
    assert send(steward, CHANGE, alert="Closed on Monday", reason="they wrote").status_code == 303


def test_a_new_part_is_asked_about(office, steward):
    path = f"/en/a/phone/service/{LEGAL}.html"
    typed = {"number": "+992000100777", "description": "Олимов С. М.", "audience": "public", "reason": "x"}
    told = send(steward, path, **typed)
    assert (told.status_code, ASKS in told.text) == (409, True)
    assert waiting(office) == []
    assert send(steward, path, **typed, **{ANSWER: "1"}).status_code == 303
    second = office.client("steward", login="second")
    text = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert TOLD in text
    assert "<li>Олимов С. М.</li>" in text


def test_a_new_entry_with_a_persons_name_is_published_only_when_two_people_say_so(office, steward):
    second, form = office.client("steward", login="second"), BODY | {"organization-name": SOMEBODY}
    told = post(steward, NEW, **form)
    assert (told.status_code, ASKS in told.text) == (409, True)
    assert 'id="wrong-organization-name"' in told.text
    assert waiting(office) == []
    assert post(steward, NEW, **form | {"organization-audience": "public", ANSWER: "1"}).status_code == 303
    assert SOMEBODY not in names(office)
    text = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert f"<li>{SOMEBODY}</li>" in text[text.index(TOLD) :]
    post(second, f"/en/p/{waiting(office)[0].id}.html", choice="accepted", note="they want it")
    assert SOMEBODY in names(office)


def test_a_statement_names_nobody_unasked(office, steward):
    typed = {
        "text-en": "Olimova Zarina Karimovna can arrange a place",
        "route": "+992000100300",
        "audience": "public",
        "consent_by": "the head",
        "consent_until": "2027-01-01",
        "reason": "x",
    }
    told = post(steward, "/en/statement.html", **typed)
    assert (told.status_code, ASKS in told.text) == (409, True)
    assert post(steward, "/en/statement.html", **typed, **{ANSWER: "1"}).status_code == 303


def test_a_name_of_an_organization_is_not_asked_about(office, steward):
    changed = send(steward, f"/en/e/organization/{UMED}.html", alternate_name="Umed Women's Centre", reason="x")
    assert changed.status_code == 303
