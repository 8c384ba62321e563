"""Texts that would tell what is hidden stop the publication; what is public anyway, and common words, do not."""

from pathlib import Path
from typing import Any

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.errors import UnsafePublication
from mapping.language.taxonomy import vocabulary
from mapping.model import Organization, Record, Service, TaxonomyTerm, Url
from mapping.safety.leak_scan import HiddenFactFound, Leak, address_key, doubtful_neighbours, refuse_hidden_facts
from mapping.safety.redaction import project
from tests.support.sample import (
    HIDDEN,
    TODAY,
    Part,
    approval,
    contact,
    key,
    km,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_directory,
    secret_parts,
    service,
    statement,
    tables_of,
    translations,
)

RULES = rules(TODAY)


def hits(*parts: Part, audience: Any = "public", common: tuple[str, ...] = ("Чашма", "Chashma")) -> list[Leak]:
    """What the search finds in the sample with these parts added."""
    tables = tables_of(public_parts(), secret_parts(), *parts)
    try:
        refuse_hidden_facts(tables, project(tables, audience, RULES), common=common)
    except HiddenFactFound as found:
        return found.hits
    return []


def said(text: str, **fields: Any) -> list[Record]:
    """A public service whose description is a text."""
    return service("Talk", of="Umed", types=["PSY-COU"], description=text, **fields)


def whats(text: str, *parts: Part) -> set[str]:
    found = hits(said(text), *parts)
    assert all(
        (hit.table, hit.record, hit.field) == ("service", key("service", "Talk"), "description") for hit in found
    )
    return {hit.what for hit in found}


def test_the_sample_itself_tells_nothing() -> None:
    for audience in ("public", "partner", "focal_point"):
        assert hits(audience=audience) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        # names in every script and case, with words of every kind around them
        ("Ночлег: Паноҳгоҳи Зарнисор", "name"),
        ("Ask at PANOHGOHI ZARNISOR.", "name"),
        ("приют «Зарнисор»", "name"),
        ("Ситораи Ниҳонӣ кумак мерасонад", "name"),
        ("с Ситорои Нихони", "name"),
        ("вместе с «Ситораи Нихони»", "name"),
        ("with Sitorai Nihoni", "name"),
        ("Хонаи Гулафшон рӯ ба рӯ", "name"),
        ("гулафшон", "name"),
        # people, in any order and case
        ("спросить Мафтуну Қаландарову", "person"),
        ("Каландарова Мафтуна принимает", "person"),
        ("Maftuna Qalandarova", "person"),
        ("Мафтуна ждёт", ""),  # one name is borne by many
        ("Қаландарова ва Мафтуна", ""),  # not side by side
        # addresses
        ("ул. Зардолузор, д. 17", "address"),
        ("Зардолузор 17", "address"),
        ("17 Zardoluzor street", "address"),
        ("кӯчаи Зардолузор хонаи 17", "address"),
        ("Зардолузор 18", ""),
        ("на улице Зардолузор", ""),
        # phones, as people write them
        ("+992 00 777 12 34", "phone"),
        ("(00) 777-12-34", "phone"),
        ("777 12 34", "phone"),
        ("992007771234", "phone"),
        ("8-10-992-00-777-12-34", "phone"),
        ("777 12 35", ""),
        # mails and web pages
        ("пишите navbat@gulafshon.example", "mail"),
        ("NAVBAT@GULAFSHON.EXAMPLE", "mail"),
        ("hr@gulafshon.example", "web"),
        ("www.nihoni.example/help", "web"),
        ("https://nihoni.example", "web"),
        ("nihoni.example.org", ""),
        # register numbers
        ("рег. № РЕГ-7741-Н", "identifier"),
        ("РЕГ 7741", ""),
        # points
        (f"{HIDDEN[0]}, {HIDDEN[1]}", "point"),
        ("10.0369 60.0164", "point"),
        ("60,0164; 10,0369", "point"),
        ("10°02′13″N 60°00′59″E", "point"),
        ("https://maps.example/?q=10.03692,60.01638", "point"),
        ("10.0369", ""),
        ("10.139 60.216", ""),
        # what no secret was made of
        ("+992 00 010 00 10", ""),
        ("+992 93 123 45 67", "number"),
        ("Договор 992931234567", ""),
        ("Юридическая помощь и приют для женщин, центр", ""),
        ("Паноҳгоҳи занон", ""),
        ("0003", ""),
    ],
)
def test_a_text_that_tells_a_secret_is_found(text: str, what: str) -> None:
    found = whats(text)
    assert (what in found) if what else not found, found


def test_every_field_of_every_shown_table_is_searched(tiny_area: StudyArea) -> None:
    secret = "17 Zardoluzor"
    records = records_of(public_parts())
    spoilt: set[tuple[str, str]] = set()
    for record in records:
        for name, info in type(record).model_fields.items():
            if info.annotation in (str, str | None) and not name.endswith(("_id", "id")) and getattr(record, name):
                kept = getattr(record, name)
                # an address that is marked public is public: doubtful_neighbours tells of it
                coded = name.startswith("address_") or name in (
                    "link_entity",
                    "field",
                    "language",
                    "code",
                    "area_unit",
                    "country",
                    "service_type",
                )
                if (record.table, name) in spoilt or coded:
                    continue
                setattr(record, name, secret)
                tables = tables_of(records, secret_parts())
                shown = project(tables, "public", RULES)
                visible = any(row["id"] == record.id and row.get(name) == secret for row in shown[record.table])
                try:
                    refuse_hidden_facts(tables, shown)
                    found = False
                except HiddenFactFound:
                    found = True
                setattr(record, name, kept)
                if visible:
                    spoilt.add((record.table, name))
                    assert found, (record.table, name)
    assert {"organization", "service", "location", "phone", "translation", "statement", "activity"} <= {
        table for table, _ in spoilt
    }


def test_terms_that_come_along_tell_nothing_of_a_directory() -> None:
    """A hidden name may share words with the words of help; where somebody else writes them, it is told."""
    tables = tables_of(vocabulary(), organization("Warm Hands", audience="custodian"))
    told = next(term for term in vocabulary() if isinstance(term, TaxonomyTerm) and term.code == "RET-TRM")
    assert str(told.description).startswith("Named contact who hands")
    refuse_hidden_facts(tables, project(tables, "public", rules(TODAY)))
    own = TaxonomyTerm(**told.model_dump() | {"description": "Ask at Warm Hands"})
    tables["taxonomy_term"] = [own if term.id == own.id else term for term in tables["taxonomy_term"]]
    with pytest.raises(HiddenFactFound, match="description: holds the name of something hidden"):
        refuse_hidden_facts(tables, project(tables, "public", rules(TODAY)))


def test_a_translation_is_searched_and_translated_secrets_are_secrets() -> None:
    spoken = translations(Service(id=key("service", "Hotline"), name=""), description={"tg": "назди Зарнисор"})
    assert [(hit.table, hit.field, hit.what) for hit in hits(spoken)] == [("translation", "text", "name")]
    assert whats("назди Ниҳони Калон", organization("Other", audience="custodian", names={"tg": "Ниҳони Калон"})) == {
        "name"
    }


def test_all_hits_are_told_with_their_fields_and_without_the_secrets() -> None:
    talk = said("Зардолузор 17", alternate_name="Гулафшон", phones=["1515"])
    tables = tables_of(public_parts(), secret_parts(), talk, statement("Мафтуна Қаландарова мегӯяд"))
    with pytest.raises(UnsafePublication) as caught:
        refuse_hidden_facts(tables, project(tables, "public", RULES))
    told = str(caught.value)
    assert told.startswith("3 texts would tell what is hidden:\n")
    assert f"service 'Talk' ({key('service', 'Talk')}), description: holds a hidden address" in told
    assert "alternate_name: holds the name of something hidden" in told
    assert "text: holds the name of a person" in told
    assert "approval of the kind 'withhold'" in told
    for secret in ("Зардолузор", "Гулафшон", "Мафтуна"):
        assert secret not in told


def test_many_hits_are_counted_and_some_are_named() -> None:
    many = [service(f"Talk {n}", of="Umed", types=["PSY-COU"], description=f"{n}: Зардолузор 17") for n in range(30)]
    tables = tables_of(public_parts(), secret_parts(), *many)
    with pytest.raises(HiddenFactFound, match=r"30 texts would tell[\s\S]*and 10 more") as caught:
        refuse_hidden_facts(tables, project(tables, "public", RULES))
    assert len(caught.value.hits) == 30


def test_one_text_in_many_records_is_asked_about_once() -> None:
    many = [service(f"Talk {n}", of="Umed", types=["PSY-COU"], description="Зардолузор 17") for n in range(40)]
    other = service("Other", of="Umed", types=["PSY-COU"], description="Зардолузор 17, door 2")
    tables = tables_of(public_parts(), secret_parts(), *many, other)
    with pytest.raises(HiddenFactFound, match="41 texts would tell") as caught:
        refuse_hidden_facts(tables, project(tables, "public", RULES))
    assert str(caught.value).count(": holds ") == 2
    assert "and so do 39 others that say the same there" in str(caught.value)
    assert "Зардолузор" not in str(caught.value)


def test_keeping_the_field_back_lets_publishing_go_on(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts = (public_parts(), secret_parts(), said("Зардолузор 17"))
    with sample_directory(tmp_path / "a", tiny_area, *parts) as directory:
        with pytest.raises(UnsafePublication):
            directory.view("public", tmp_path / "a.db", edition=TODAY)
        assert not (tmp_path / "a.db").exists()
    back = approval("withhold", key("service", "Talk"), "description")
    with (
        sample_directory(tmp_path / "b", tiny_area, *parts, back) as directory,
        directory.view("public", tmp_path / "b.db", edition=TODAY) as view,
    ):
        assert {e.name: e.description for e in view.services()}["Talk"] == ""


def test_what_an_audience_may_see_is_no_secret_to_it() -> None:
    desk = said("Referral desk in Chashma: +992 00 010 00 99", audience="partner")
    assert hits(desk, audience="partner") == []
    assert {hit.what for hit in hits(said("call 010 00 99"))} == {"phone"}


# -- no false alarms -----------------------------------------------------------------------------------------------


def test_a_hidden_service_with_a_common_name_alarms_nobody() -> None:
    for name in ("Женский приют", "Shelter for women", "Паноҳгоҳ", "Юридическая консультация", "Center № 2", "12"):
        hidden = service(name, of="Umed", types=["ACC-GBV"])
        assert hits(hidden, said(f"У нас есть {name}, приходите")) == [], name


def test_a_name_that_is_public_too_is_no_secret() -> None:
    hidden = service("Umed", of="Umed", types=["ACC-GBV"], alternate_name="Умед")
    assert hits(hidden, said("Умед помогает")) == []
    twin = organization("Нилуфари Ҷӯйборӣ", audience="custodian")
    public = organization("Нилуфари Чуйбори")  # the same body in a list that has no Tajik letters
    assert hits(twin, public) == []


def test_a_single_word_that_public_names_use_is_no_secret() -> None:
    hidden = organization("Нилуфар", audience="custodian")
    assert {hit.what for hit in hits(hidden, said("рядом с Нилуфар"))} == {"name"}
    assert hits(hidden, organization("Маркази Нилуфар ва Лола"), said("рядом с Нилуфар")) == []


def test_a_name_that_lost_letters_is_no_secret_where_a_visible_organization_may_bear_it() -> None:
    hidden = organization("Маркази «Бунафшаи Дашт?»", audience="custodian")
    named = said("рядом с Бунафшаи Дашти")
    assert {hit.what for hit in hits(hidden, named)} == {"name"}
    assert {hit.what for hit in hits(hidden, organization("Маркази «Бунафшаи Обӣ»"), named)} == {"name"}
    assert hits(hidden, organization("Маркази «Бунафшаи Даштӣ»"), named) == []


def test_names_of_towns_are_no_secrets() -> None:
    hidden = organization("Чашма", audience="custodian")
    assert hits(hidden) == []
    assert hits(hidden, said("в городе Чашма"), common=()) != []


def test_a_person_whose_office_bears_their_name_is_no_secret() -> None:
    office = organization("Advocate Zarina Karimova")
    person = contact("Zarina Karimova", organization="Umed")
    assert hits(office, person) == []
    assert {hit.what for hit in hits(person, said("Zarina Karimova"))} == {"person"}


def test_an_address_that_is_public_too_is_no_secret() -> None:
    shelter = service("Shelter", of="Umed", types=["ACC-GBV"])
    hidden = place("Shelter's house", of=["Shelter"], at=km(1, 1), address="ул. Базарная, 5, кв. 2")
    assert {hit.what for hit in hits(shelter, hidden, said("Базарная 5"))} == {"address"}
    public = place("Umed's house", of=["Counselling"], at=km(1, 1), address="Базарная улица, дом 5")
    assert hits(shelter, hidden, public, said("Базарная 5")) == []


def test_a_block_that_is_part_of_public_addresses_is_no_secret() -> None:
    shelter = service("Shelter", of="Umed", types=["ACC-GBV"])
    block = place("Somewhere in the block", of=["Shelter"], at=km(1, 1), address="ул. Туттеппа-9")
    public = place("Umed's house", of=["Counselling"], at=km(1, 1), address="989 Tutteppa-9 St.")
    assert hits(shelter, block, public) == []


def test_a_mail_provider_or_a_shared_web_page_is_no_secret() -> None:
    shelter = service("Shelter", of="Umed", types=["ACC-GBV"], email="zarina@mail.ru", url="https://umed.example/night")
    assert hits(shelter, said("pishite@mail.ru, umed.example")) == []
    assert {hit.what for hit in hits(shelter, said("zarina@mail.ru"))} == {"mail"}


def test_hidden_further_web_pages_are_secrets() -> None:
    page = Url(id="u", url="https://secret-refuge.example", organization_id=key("organization", "Ситораи Ниҳонӣ"))
    assert {hit.what for hit in hits(page, said("see secret-refuge.example"))} == {"web"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ул. Зардолузор, дом 17, кв. 4", "17 Zardoluzor Street", True),
        ("кӯчаи Зардолузор 17, ҳуҷраи 4", "Зардолузор, 17", True),
        ("Зардолузор 17", "Зардолузор 18", False),
        ("Зардолузор 17", "Гелосзор 17", False),
        ("Туттеппа-9, д. 990", "Туттеппа-9, д. 919", False),
    ],
)
def test_addresses_are_told_by_street_and_house(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
    assert address_key(one)


@pytest.mark.parametrize("text", ["", "рӯ ба рӯи бозор", "17", "ул.", "д. 17"])
def test_what_has_no_street_and_house_is_nobodys_address(text: str) -> None:
    assert address_key(text) == ()


# -- neighbours ----------------------------------------------------------------------------------------------------


def neighbours(*parts: Part) -> list[str]:
    tables = tables_of(public_parts(), *parts)
    return doubtful_neighbours(tables, project(tables, "public", RULES))


SHELTER = service("Shelter", of="Umed", types=["ACC-VOT"])
LEGAL_CENTRE = f"Legal Centre, 1 Market Street ({key('location', 'Legal Centre, Chashma')})"


@pytest.mark.parametrize(("metres", "told"), [(0, True), (149, True), (151, False), (1000, False)])
def test_a_visible_place_close_to_a_hidden_one_is_told(metres: int, told: bool) -> None:
    home = place("Home", of=["Shelter"], at=km(6.5 + metres / 1000, 4.5))
    expected = [f"{LEGAL_CENTRE} is shown, {metres} m from the hidden location {key('location', 'Home')}"]
    assert neighbours(SHELTER, home) == (expected if told else [])


def test_closeness_is_told_across_the_edges_of_cells() -> None:
    """The search looks into the cells around: a pair on both sides of every cell's edge is met."""
    for step in range(40):
        east = 6.0 + step * 0.05
        near = place("Near", of=["Counselling"], at=km(east, 4.5))
        home = place("Home", of=["Shelter"], at=km(east + 0.1, 4.5))
        assert any(key("location", "Home") in line and "Umed" in line for line in neighbours(SHELTER, home, near)), east


def test_a_hidden_service_in_a_visible_place_is_told() -> None:
    told = neighbours(SHELTER, place("Both", of=["Counselling", "Shelter"], at=km(1, 1)))
    shelter = key("service", "Shelter")
    assert told == [f"Umed ({key('location', 'Both')}) is shown, and the hidden service {shelter} is in the same place"]


def test_a_shared_house_is_told_also_where_the_points_are_apart() -> None:
    home = place("Home", of=["Shelter"], at=km(1, 1), address="Market street, house 1, flat 2", city="Chashma")
    assert neighbours(SHELTER, home) == [
        f"{LEGAL_CENTRE} is shown, and the hidden location {key('location', 'Home')} has its address"
    ]
    elsewhere = place("Home", of=["Shelter"], at=km(1, 1), address="Market street, 1", city="Hamvor")
    assert neighbours(SHELTER, elsewhere) == []


def test_a_shared_phone_is_told() -> None:
    same = phone("1313", service="Shelter")
    hotline = key("phone", "1313", None, "Hotline", None)
    assert neighbours(SHELTER, same) == [f"phone 1313 ({hotline}) is shown, and it is also the hidden phone {same.id}"]


def test_services_of_unknown_kind_are_counted() -> None:
    assert neighbours(service("Odd", of="Umed", types=["nothing we know"]), service("Bare", of="Umed", types=[])) == [
        "2 services are not shown, since nobody knows of which kind they are: give them a type"
    ]


def test_a_directory_without_secrets_has_nothing_to_tell() -> None:
    assert [line for line in neighbours() if "hidden" in line] == []
    assert doubtful_neighbours({}, {}) == []
    refuse_hidden_facts({"organization": [Organization(id="o", name="x")]}, {"organization": []})
