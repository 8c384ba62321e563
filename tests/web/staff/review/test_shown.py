"""What acts would newly show, as a second person looks at it."""

import re
from dataclasses import replace

import pytest

from mapping.batch import Batch
from mapping.directory.directory import Directory
from mapping.model import Language, Source, Translation, record_id
from tests.support.sample import TODAY, approval, batch, key, organization, place, service
from tests.web.staff.records.test_records import LEGAL, record
from tests.web.support.office import Office, post
from web.staff import showing
from web.staff.fields import said


@pytest.fixture(params=[True], ids=["signed in"])
def act(request, office, tiny_area, alone):
    """The number of an act of the steward, who signed in or not, that adds a language to a service."""
    new = Language(id="spoken", service_id=LEGAL, code="de", name="German")
    batch = Batch(Source(id=record_id("x", "source"), name="x"), "x", records=[new], partial=True)
    with Directory(office.directory, tiny_area, signed_in=request.param) as opened:
        opened.add(batch, by="steward", on=TODAY)
        return opened.waiting()[-1].batch


@pytest.mark.parametrize("act", [False], ids=["not signed in"], indirect=True)
def test_what_nobody_who_signed_in_did_is_taken_up_by_one_and_agreed_to_by_another(office, act):
    steward, second = office.client("steward"), office.client("steward", login="second")
    path = f"/en/shown/{act}.html"
    page = steward.get(path).text
    assert "somebody who did not sign in" in page
    assert f"{act}/take-up" in page
    assert post(steward, f"/en/shown/{act}/take-up", page=path).status_code == 303
    assert "Somebody else must agree" in steward.get(path).text
    assert post(second, f"/en/shown/{act}", page=path).status_code == 303
    with Directory(office.directory) as opened:
        assert ("language", "spoken") in opened.agreed("public")


def test_a_second_person_sees_words_and_agrees(office, act):
    steward, second = office.client("steward"), office.client("steward", login="second")
    assert "Somebody else must agree" in steward.get(f"/en/shown/{act}.html").text
    assert post(steward, f"/en/shown/{act}", page=f"/en/r/service/{LEGAL}.html").status_code == 403
    assert f"shown/{act}.html" in second.get("/en/waiting.html").text
    page = second.get(f"/en/shown/{act}.html").text
    assert "Legal advice" in page
    other = post(second, f"/en/shown/{act}", page=f"/en/shown/{act}.html", shows="what was looked at before")
    assert other.status_code == 409
    assert "no longer what would be shown" in other.text
    assert post(second, f"/en/shown/{act}", page=f"/en/shown/{act}.html").status_code == 303
    with Directory(office.directory) as opened:
        assert not opened.waiting(act)
        assert ("language", "spoken") in opened.agreed("public")
    assert second.get(f"/en/shown/{act}.html").status_code == 404


def test_who_is_to_agree_to_what_looks_like_an_organization_that_was_taken_out_is_told(office, tiny_area, alone):
    """Another sender gives it under another id: nothing says by itself that it is the one."""
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        front = organization("Front Desk", phones=["+992000007007"])
        opened.add(batch(*front, source="one"), by="steward", on=TODAY)
        new = [record.model_copy(update={"id": f"{record.id}-again"}) for record in front]
        new[1] = new[1].model_copy(update={"organization_id": new[0].id})
        opened.add(batch(new, source="another"), by="steward", on=TODAY)
        number = opened.waiting()[-1].batch
    second, path = office.client("steward", login="second"), f"/en/shown/{number}.html"
    assert "kept out of every list" not in second.get(path).text
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        body = key("organization", "Front Desk")
        opened.edit("organization", body, {"do_not_list": True}, by="steward", on=TODAY, reason="a front")
    text = second.get(path).text
    assert "These look like one that is kept out of every list" in text
    assert re.search(rf"d/organization/{body}/{new[0].id}\.html|d/organization/{new[0].id}/{body}\.html", text)


def test_who_agrees_to_list_an_entry_again_reads_its_kind_of_help_and_whom_it_helps(office, alone):
    steward, second = office.client("steward"), office.client("steward", login="second")
    path, flag = f"/en/r/service/{LEGAL}.html", f"/en/f/service/{LEGAL}"
    assert post(steward, flag, page=path, reason="no number").status_code == 303
    for reason in ("they have a number", "they have a number, and wait"):
        assert "waits" in post(steward, flag, page=path, reason=reason).location
    (number,) = re.findall(r"p/([^/]+)\.html", second.get("/en/waiting.html").text)
    assert "Word: <ins>Legal information and advice</ins>" in second.get(f"/en/p/{number}.html").text
    assert post(second, f"/en/p/{number}.html", choice="accepted").status_code == 303
    assert not record(office, "service", LEGAL).do_not_list


def test_an_act_with_many_records_is_told_entry_by_entry_and_asks_once_who_did_it(
    office, tiny_area, alone, monkeypatch
):
    """Each service stands before its parts, services before places; people are looked up once, not for each record."""
    parts = [organization("Bahor")]
    for number in range(3):
        parts += [service(f"Bahor {number}", of="Bahor", phones=[f"+99200000700{number}"])]
        parts += [place(f"Yard {number}", of=[f"Bahor {number}"])]
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(batch(*parts, source="bahor"), by="steward", on=TODAY)
        act = opened.waiting()[-1].batch
    second, asked = office.client("steward", login="second"), []
    is_admitted = office.accounts.is_admitted
    monkeypatch.setattr(office.accounts, "is_admitted", lambda login: asked.append(login) or is_admitted(login))
    page = second.get(f"/en/shown/{act}.html").text
    assert len(asked) < 5
    entries = re.findall(
        r'<details><summary>(?:<input[^>]*>) ([^<]+) <span class="soft">([^<]+)</span></summary>(.*?)</details>',
        page,
        re.S,
    )
    labels = [(name, label.partition(" · ")[0]) for name, label, _ in entries]
    assert [label for _, label in labels] == ["Service"] * 3 + ["Organization"] + ["Place"] * 3
    assert ("Bahor", "Organization") in labels
    for name, label, records in entries[:3]:
        assert re.fullmatch(r"Service · Bahor · .*Everybody.*", label)
        assert re.search(r"<dt>Service</dt>.*<dt>Number</dt>", records, re.S)
        assert f"00 700 {name[-1]}" in records or f"700{name[-1]}" in records.replace("\xa0", "").replace(" ", "")


def test_of_many_entries_each_can_be_looked_at_before_it_is_agreed_to(office, tiny_area, alone, monkeypatch):
    monkeypatch.setattr(showing, "SHOWN", 3)
    parts = [organization("Bahor"), *(service(f"Bahor {n}", of="Bahor", phones=[f"+99200000700{n}"]) for n in range(4))]
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(batch(*parts, source="bahor"), by="steward", on=TODAY)
        act = opened.waiting()[-1].batch
    second = office.client("steward", login="second")
    page = second.get(f"/en/shown/{act}.html").text
    assert page.count('name="entry"') == 3
    (more,) = re.findall(rf'href="({act}.html\?from=3)"', page)
    assert "and 2 more" in page
    assert second.get(f"/en/shown/{more}").text.count('name="entry"') == 2


def test_some_entries_of_an_act_are_agreed_to_and_the_others_wait(office, tiny_area, alone):
    parts = [organization("Bahor"), organization("Navruz")]
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(batch(*parts, source="bahor"), by="steward", on=TODAY)
        act = opened.waiting()[-1].batch
    second = office.client("steward", login="second")
    page, bahor = f"/en/shown/{act}.html", key("organization", "Bahor")
    assert "Who can approve it" in second.get(page).text
    assert post(second, f"/en/shown/{act}", page=page, choice="ticked").status_code == 400
    ticked = post(second, f"/en/shown/{act}", page=page, choice="ticked", entry=f"organization/{bahor}")
    assert ticked.status_code == 303
    with Directory(office.directory) as opened:
        agreed = opened.agreed("public")
        assert ("organization", bahor) in agreed
        assert ("organization", key("organization", "Navruz")) not in agreed


def test_what_two_did_one_after_the_other_is_agreed_to_by_neither_alone(office, tiny_area, alone):
    source = Source(id=record_id("x", "source"), name="x")
    begun = Language(id="spoken", service_id=LEGAL, code="de", name="German")
    gone_on = [
        begun.model_copy(update={"note": "by phone"}),
        Language(id="own", service_id=LEGAL, code="fr", name="French"),
    ]
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(Batch(source, "x", records=[begun], partial=True), by="second", on=TODAY)
        opened.add(Batch(source, "x", records=gone_on, partial=True), by="steward", on=TODAY)
        act = opened.waiting()[-1].batch
    steward, second = office.client("steward"), office.client("steward", login="second")
    page = f"/en/shown/{act}.html"
    assert "French" in second.get(page).text  # what the other did alone comes first
    assert post(second, f"/en/shown/{act}", page=page).status_code == 303
    assert post(second, f"/en/shown/{act}", page=page).status_code == 403
    assert post(second, f"/en/shown/{act}/take-up", page=page).status_code == 303
    assert post(second, f"/en/shown/{act}", page=page).status_code == 403
    assert post(steward, f"/en/shown/{act}", page=page).status_code == 303
    with Directory(office.directory) as opened:
        assert opened.agreed("public")["language", "spoken"]["note"] == "by phone"
        assert not opened.waiting()


def test_milder_settings_take_two_who_sign_in(office, monkeypatch):
    real = Directory.rules
    monkeypatch.setattr(Directory, "rules", lambda self, day: replace(real(self, day), least_count=2, digest="other"))
    steward, second = office.client("steward"), office.client("steward", login="second")
    assert "shown/0.html" in steward.get("/en/waiting.html").text
    path, page = "/en/shown/0", "/en/shown/0.html"
    assert "Least number of people in a count that is shown" in steward.get(page).text
    assert post(steward, f"{path}/take-up", page=page).status_code == 303
    assert post(steward, path, page="/en/import.html").status_code == 403
    assert post(second, path, page=page).status_code == 303
    with Directory(office.directory) as opened:
        assert opened.agreed("public")["threshold", "case_cells"]["least"] == 2


def test_how_closely_a_place_would_be_shown_is_told_in_words(tmp_path, tiny_area, alone):
    where = place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2", precision="area")
    office = Office(tmp_path, tiny_area, organization("Umed"), service("Advice", of="Umed"), where)
    exact = approval("precision", key("location", "Office"), "exact")
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(batch(exact), by="steward", on=TODAY)
        act = opened.waiting()[-1].batch
    page = office.client("steward", login="second").get(f"/en/shown/{act}.html").text
    assert "How closely the place is shown" in page
    assert "the place itself" in page


@pytest.mark.parametrize(("language", "name"), [("ru", "Таджикистан"), ("tg", "Тоҷикистон"), ("uz", "Tojikiston")])
def test_a_country_is_called_by_its_name(tiny_area, language, name):
    assert said("location", "country", "TJ", tiny_area, language) == name


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Where the text comes from", "translated by a machine")), ("ru", ("Откуда текст", "перевела машина"))],
)
def test_the_origin_of_a_translation_is_told_in_words(office, tiny_area, alone, language, words):
    text = {"link_entity": "service", "field": "description", "language": "ru", "text": "Совет юриста"}
    new = Translation(id="words", link_id=LEGAL, kind="machine", **text)
    batch_ = Batch(Source(id=record_id("x", "source"), name="x"), "x", records=[new], partial=True)
    with Directory(office.directory, tiny_area, signed_in=True) as opened:
        opened.add(batch_, by="steward", on=TODAY)
        number = opened.waiting()[-1].batch
    page = office.client("steward", login="second").get(f"/{language}/shown/{number}.html").text
    assert all(word in page for word in words)
    assert "Kind of organization" not in page
    assert ">machine<" not in page


@pytest.mark.parametrize(
    ("table", "name", "value", "words"),
    [
        ("cost_option", "option", "tariff", "По прейскуранту"),
        ("translation", "field", "fees_description", "Сколько стоит"),
        ("phone", "type", "textphone", "Текстовый телефон для глухих"),
        ("funding", "valid_to", "2027-03-31", "31 марта 2027\xa0г."),
    ],
)
def test_no_code_stands_for_a_word(table, name, value, words, tiny_area):
    assert said(table, name, value, tiny_area, "ru") == words
