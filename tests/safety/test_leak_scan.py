"""Texts that would tell what is hidden stop the publication; what is public anyway, and common words, do not."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.errors import UnsafePublication
from mapping.language.taxonomy import vocabulary
from mapping.model import Address, Record, Service, TaxonomyTerm, Url
from mapping.safety import leak_scan as module
from mapping.safety.leak_scan import FactFinder, HiddenFactFound, HiddenFacts, Leak, address_key, columns_in
from mapping.safety.redaction import Shown, Tables, project
from tests.support.patience import PIECES, at_most
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


def refuse_hidden_facts(tables: Tables, shown: Shown, *, common: Iterable[str] = ("Чашма", "Chashma")) -> None:
    facts = HiddenFacts(common)
    facts.add(tables, shown)
    facts.refuse(columns_in(shown))


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
        ("ул.Зардолузор,дом17", "address"),
        ("Зардолузор17", "address"),
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
        # beside other numbers and words, in other digits, with what nobody sees, and with letters that look alike
        ("777-12-34 24/7", "phone"),
        ("777 12 34 / 555 43 21", "phone"),
        ("777 12 34\n555 43 21", "phone"),
        ("555 43 21, 777 12 34 (8:00-17:00)", "phone"),
        ("۷۷۷ ۱۲ ۳۴", "phone"),
        ("７７７－１２－３４", "phone"),
        ("777\u200b12\u200b34", "phone"),
        ("777−12−34", "phone"),
        ("777·12·34, 777_12_35", "phone"),
        ("—777_12_34", "phone"),
        ("77 7123 555", ""),
        ("-navbat@gulafshon.example", "mail"),
        ("navbat @ gulafshon.example", "mail"),
        ("Навбат (директор) navbat@gulafshon.example", "mail"),
        ("navbat@gulafshon.example.Звоните", "mail"),
        ("nаvbat@gulаfshon.example", "mail"),
        ("navbat＠gulafshon.example", "mail"),
        ("help.nihoni.example", "web"),
        ("-nihoni.example", "web"),
        ("Адрес.www.nihoni.example.Звоните", "web"),
        ("nіhoni.exam\u00adple", "web"),
        ("РЕГ–7741–Н", "identifier"),
        ("РЕГ 7741 Н", "identifier"),
        ("№РЕГ7741Н/2020", "identifier"),
        ("ИНН.PEГ-7741-Н", "identifier"),
        ("РЕГ 774 1", ""),
        ("10⁰02'13\" 60⁰00'59\"", "point"),
        ("10°02´13´´ 60°00´59´´", "point"),
        ("۱۰.۰۳۶۹ ۶۰.۰۱۶۴", "point"),
        # in signs that look like digits
        ("⁷⁷⁷ ¹² ³⁴", "phone"),
        ("₇₇₇₁₂₃₄", "phone"),
        ("⑦⑦⑦-①②-③④", "phone"),
        ("777 мест, 12 комнат, 34 кровати", ""),  # seven digits with words between are chance
        ("77, 71, 2, 3, 45", ""),
        ("1777, 12, 34", ""),
        ("nihoni, it is for example", ""),
        # houses as people write them; what stands farther from its street, a second person reads
        ("дом 17, улица Зардолузор", "address"),
        ("дом 17 по улице Зардолузор", ""),
        ("до 17 на Зардолузор", ""),
        ("Зардолузор 17а", ""),
        ("дар кӯчаи Зардолузор хонаи рақами 17", "address"),
        ("house number 17, Zardoluzor", "address"),
        ("Зардолузор, дом 5, кабинет 17", ""),
        ("Зардолузор, где у дома сад 17", ""),
        ("Зардолузор, где есть 17 тихих дома", ""),
        ("17 мест на улице Зардолузор", ""),
        ("Зардолузор 170", ""),
        # names that are spaced out, cut, or written as one word
        ("Гулаф­шон", "name"),
        ("Қаландарова_Мафтуна", "person"),
        ("Гул, аф, шон", ""),
        ("гул афшон", ""),
        ("Гулаф шон", ""),  # what becomes of words that stand apart may be chance
        # people by an initial
        ("Мафтуна Азизовна Қаландарова", "person"),
        ("Мафтуны Азизовны Каландаровой", "person"),
        ("Мафтуна Каримова, Қаландарова Олим", ""),
        ("Қаландарова Мафт. и М. Назарова", ""),
        ("А. Қаландарова", ""),
        ("м. Қаландарова", ""),
        ("Қаландарова", ""),
        # what no secret was made of
        ("+992 00 010 00 10", ""),
        ("+992 93 123 45 67", "number"),
        ("+992 931 234", "number"),
        ("+99 293 123", ""),
        ("Договор 992931234567", ""),
        ("Юридическая помощь и приют для женщин, центр", ""),
        ("Паноҳгоҳи занон", ""),
        ("0003", ""),
    ],
)
def test_a_text_that_tells_a_secret_is_found(text: str, what: str) -> None:
    found = whats(text)
    assert (what in found) if what else not found, found


FACTS = {
    "name": {"Навид", "Замир", "Ирода", "Насим", "Умеди Нав", "Гулнора", "Ойдин", "Нигоҳ", "Роҳи хона"},
    "person": {"Камила Каримова", "Саида Саидова", "Умеда Умарова", "Малика Турсунзода", "Олим Генри", "Гулнора Айни"},
    "phone": {"+992372270800", "+992935001000", "2271700", "+992 44 600 80 00", "8001700"},
    "address": {"проспект Рудаки, 17", "Айни 8", "Сомони 9", "кӯчаи Бозор 2"},
    "mail": {"info@umed.tj", "yordam@women.tj", "zarina@mail.ru", "info@women.org"},
    "web": {"women.tj", "https://humed.tj"},
    "identifier": {"0417020", "РЕГ-2026", "123456"},
    "point": {(38.56, 68.78)},
}
"""What harmless texts come close to, of every kind but that of numbers that nobody knows."""

HARMLESS = Path(__file__).with_name("harmless_texts.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("together", [1, 5])
def test_hours_prices_years_and_numbers_of_lists_tell_nothing(together: int) -> None:
    assert FACTS.keys() == module.WHATS.keys() - {"number"}
    finder = FactFinder(FACTS, columns_in({}), module._known_words())
    texts = [" ".join(HARMLESS[start : start + together]) for start in range(0, len(HARMLESS), together)]
    assert [(text, kind) for text in texts for kind in finder.told_by(text)] == []


ORDINARY = Path(__file__).with_name("ordinary_names.txt").read_text("utf-8").splitlines()
"""What organizations and services are called in ru, tg, uz and en without a name of their own."""


def test_ordinary_names_of_hidden_organizations_and_services_stop_nothing() -> None:
    finder = FactFinder({"name": {*ORDINARY}}, columns_in({}), module._known_words())
    assert [text for text in (*ORDINARY, *HARMLESS) if any(finder.told_by(text))] == []


@pytest.mark.parametrize("piece", [*PIECES, "a-", "M. ", "1:1 ", "l1 ", "777 a ", "navbat dot ", "17 дом "])
def test_a_long_text_takes_no_minutes(piece: str) -> None:
    finder = FactFinder(FACTS, columns_in({}), module._known_words())
    with at_most(20):
        assert len({*finder.told_by(f"{piece * 20_000}x")}) <= 1


def test_a_point_is_told_on_the_other_side_of_the_equator() -> None:
    assert whats(f"{HIDDEN[0]} S, {HIDDEN[1]} W") == {"point"}


def test_every_field_of_every_shown_table_is_searched(tiny_area: StudyArea) -> None:
    secret = "17 Zardoluzor"
    records = records_of(public_parts())
    spoilt: set[tuple[str, str]] = set()
    for record in records:
        for name, info in type(record).model_fields.items():
            if info.annotation in (str, str | None) and not name.endswith(("_id", "id")) and getattr(record, name):
                kept = getattr(record, name)
                # an address that is marked public is public: a warning tells of it
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
    """A hidden name may share words with the words of help, which are the same in every directory."""
    tables = tables_of(vocabulary(), organization("Zarnigor Hands", audience="custodian"))
    told = next(term for term in vocabulary() if isinstance(term, TaxonomyTerm) and term.code == "RET-TRM")
    assert str(told.description).startswith("Named contact who hands")
    refuse_hidden_facts(tables, project(tables, "public", rules(TODAY)))


def test_a_number_that_was_agreed_to_is_shown_though_the_list_has_another_now() -> None:
    tables = tables_of(public_parts())
    shown = project(tables, "public", RULES)
    shown["phone"][0]["number"] = "+992931234567"
    refuse_hidden_facts(tables, shown)
    shown["phone"][0]["description"] = "or +992 93 123 45 68"
    with pytest.raises(HiddenFactFound, match="description: holds a phone number that is nowhere marked"):
        refuse_hidden_facts(tables, shown)


def test_a_name_that_tells_is_not_said_to_the_steward() -> None:
    parts = service("Зардолузор 17", of="Umed", types=["PSY-COU"])
    (hit,) = hits(parts)
    assert (hit.field, hit.what, hit.name) == ("name", "address", "")


@pytest.mark.parametrize(("identifier", "is_told"), [("А-77/41", True), ("77/41", False)])
def test_a_register_number_has_at_least_five_signs(identifier: str, is_told: bool) -> None:
    body = organization("Hidden body", audience="custodian", tax_id=identifier)
    assert whats(f"рег. № {identifier}", body) == ({"identifier"} if is_told else set())


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


WORDINGS = (
    "Legal consultations",
    "Юридические консультации",
    "Юридических консультаций",
    "Юридические услуги",
    "Психологические тренинги",
    "Машваратҳои ҳуқуқӣ",
    "Машварати ҳуқуқшинос",
    "Маслиҳатҳои психолог",
    "Yuridik maslahatlar",
    "Hukuki danışmanlıklar",
    "Consultanță juridică",
    "Consultations",
    "Маслаҳатлар",
)
"""What people call help of kinds that anybody may see, in cases and numbers in which no term stands."""


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_hidden_service_that_is_called_by_its_kind_alone_is_no_secret(wording: str) -> None:
    hidden = service("Night", of="Umed", types=["LEG-INF"], alternate_name=wording, audience="custodian")
    shown = service(wording, of="Umed", types=["LEG-INF"])
    other = service("Open", of="Umed", types=["LEG-INF"], alternate_name=wording)
    assert hits(hidden, shown, other, said(f"Umed: {wording}, бесплатно")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Юридические консультации Гулафрӯз", "Гулафрӯз"),
        ("Legal consultations «Наҷот»", "Наҷот"),
        ("Legal consultations «Модар»", "Модар"),  # means a concept that makes up nothing here
        ("Наҷот", "Наҷот"),  # one word for a kind of help may be a name
        ("Маркази Наҷот", "Наҷот"),
        ("Хонаи Шифо", "Шифо"),
        ("Ҳимоят", "Ҳимоят"),  # "ҳимоя" is a word that everybody uses
        ("Паноҳи Модарон", "Паноҳи Модарон"),  # of a kind that is hidden by itself
        ("Тренинги Паноҳ", "Паноҳ"),
    ],
)
def test_a_name_is_one_beside_words_for_help_and_though_it_is_such_a_word(name: str, text: str) -> None:
    for hidden in (service(name, of="Umed", types=["ACC-GBV"]), organization(name, audience="custodian")):
        assert {hit.what for hit in hits(hidden, said(f"рядом с {text}"))} == {"name"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Support group once a week", "open once a week"),
        ("Группа поддержки раз в неделю", "раз в неделю"),
        ("Консультация психолога по предварительной записи", "по предварительной записи"),
        ("Маслиҳати равоншинос як бор дар ҳафта", "як бор дар ҳафта"),
        ("Группа поддержки для одиноких матерей", "для одиноких матерей"),
    ],
)
def test_how_and_when_open_help_is_given_is_no_name(name: str, text: str) -> None:
    for hidden in (service(name, of="Umed", types=["ACC-GBV"]), organization(name, audience="custodian")):
        assert hits(hidden, said(f"Umed: {text}")) == []


@pytest.mark.parametrize(
    "name",
    [
        "Support group Gulafruz once a week",
        "Support group gulafruz once a week",
        "Support group for Gulafruz",
        "Support group for women (gulafruz)",
        "Support group for women gulafruz",  # a word that everybody uses ends the phrase
        "Support group once a week: gulafruz",
        "Support group once in gulafruz",
        "support group once gulafruz",  # in small letters from the first on
        "Refuge once gulafruz",  # of a kind that is hidden by itself
        "Once gulafruz",  # of no kind
    ],
)
def test_beside_a_phrase_of_how_and_when_a_name_is_one(name: str) -> None:
    for hidden in (service(name, of="Umed", types=["ACC-GBV"]), organization(name, audience="custodian")):
        text = "once gulafruz" if "once gulafruz" in name.lower() else "Gulafruz"
        assert {hit.what for hit in hits(hidden, said(f"near {text}"))} == {"name"}


def test_a_common_word_is_one_on_a_keyboard_without_tajik_letters_too() -> None:
    for name in ("корманди ичтимои", "ёрии таъчилии равони", "Ҷашма"):  # Чашма is a town that everybody knows
        hidden = service("Umed", of="Umed", types=["ACC-GBV"], alternate_name=name, audience="custodian")
        assert hits(hidden, said("Шуъбаи ҳифзи иҷтимоии шаҳри Чашма: ёрии таъҷилии тиббӣ")) == [], name


def test_a_name_that_is_public_too_is_no_secret() -> None:
    hidden = service("Umed", of="Umed", types=["ACC-GBV"], alternate_name="Умед")
    assert hits(hidden, said("Умед помогает")) == []
    twin = organization("Нилуфари Ҷӯйборӣ", audience="custodian")
    public = organization("Нилуфари Чуйбори")  # the same body in a list that has no Tajik letters
    assert hits(twin, public) == []
    night, text = service("Нилуфари Ҷӯйборӣ", of="Umed", types=["ACC-GBV"]), said("рядом с Нилуфари Ҷӯйборӣ")
    assert {hit.what for hit in hits(night, text)} == {"name"}
    assert hits(night, organization("Нилуфари Ҷӯйборӣ"), text) == []


@pytest.mark.parametrize(
    ("what", "fact", "text"),
    [
        ("name", "Нилуфари Ҷӯйборӣ", "Нилуфари Чуйборй"),
        ("name", "Ҷаҳонафрӯз", "назди Чахонафруз"),
        ("person", "Ҷамила Тоҷиева", "Точиева Чамила"),
        ("address", "Ҷалолиддин 17", "Чалолиддин, 17"),
    ],
)
def test_what_was_typed_without_tajik_letters_is_found(what: str, fact: str, text: str) -> None:
    finder = FactFinder({what: {fact}}, columns_in({}), frozenset())
    assert {*finder.told_by(text)} == {what}


@pytest.mark.parametrize(
    ("what", "fact", "text"),
    [
        ("name", "Нилуфари Ҷӯйборӣ", f"https://maps.example/?q={quote('Нилуфари Ҷӯйборӣ')}"),
        ("person", "Ҷамила Тоҷиева", "pages.example/Jamila%20Tojieva"),
        ("mail", "zarina@mehr.example", "mailto:zarina%40mehr.example"),
        ("phone", "+992 00 010 00 99", "tel:%2B992%2000%20010%2000%2099"),
        ("phone", "+992 00 010 00 99", "100%0100099"),
    ],
)
def test_signs_of_links_and_pages_are_read(what: str, fact: str, text: str) -> None:
    """Both as what they stand for and as they stand."""
    finder = FactFinder({what: {fact}}, columns_in({}), frozenset())
    assert what in finder.told_by(text)


def test_a_single_word_that_public_names_use_is_no_secret() -> None:
    hidden = organization("Нилуфар", audience="custodian")
    assert {hit.what for hit in hits(hidden, said("рядом с Нилуфар"))} == {"name"}
    assert hits(hidden, organization("Маркази Нилуфар ва Лола"), said("рядом с Нилуфар")) == []


def test_a_person_whose_office_bears_their_name_is_no_secret() -> None:
    office = organization("Advocate Zarina Karimova")
    person = contact("Zarina Karimova", organization="Umed")
    assert hits(office, person) == []
    assert {hit.what for hit in hits(person, said("Zarina Karimova"))} == {"person"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ай Зарина Каримова", "Зарина Каримова"),  # two letters are no name
        ("Али Каримов", "Каримов Али"),
    ],
)
def test_a_person_is_found_in_the_first_two_names(name: str, text: str) -> None:
    assert whats(text, contact(name, organization="Umed")) == {"person"}


def test_a_person_whose_name_is_public_elsewhere_is_no_secret() -> None:
    hidden, text = contact("Zarina Karimova", organization="Umed"), said("Zarina Karimova")
    shown = contact("Karimova Zarina", organization="Umed", audience="public")
    lowered = approval("audience", shown.id, "public")
    assert hits(hidden, shown, lowered, text) == []


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


def test_a_mail_that_is_public_too_is_no_secret() -> None:
    hidden = organization("Hidden body", audience="custodian", email="INFO@desk.example")
    text = said("info@Desk.example")
    assert {hit.what for hit in hits(hidden, text)} == {"mail", "web"}
    assert hits(hidden, organization("Desk", email="Info@desk.example"), text) == []


def test_a_mail_of_a_provider_that_is_public_too_is_no_secret() -> None:
    rows = columns_in({"service": [dict.fromkeys(module.PUBLISHED["service"]) | {"id": "s", "email": "Z@mail.ru"}]})
    for published, kinds in ((rows, []), (columns_in({}), ["mail"])):
        assert [*FactFinder({"mail": {"z@mail.ru"}}, published, frozenset()).told_by("z@mail.ru")] == kinds


def test_hidden_further_web_pages_are_secrets() -> None:
    page = Url(id="u", url="https://secret-refuge.example", organization_id=key("organization", "Ситораи Ниҳонӣ"))
    assert {hit.what for hit in hits(page, said("see secret-refuge.example"))} == {"web"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ул. Зардолузор, дом 17, кв. 4", "17 Zardoluzor Street", True),
        ("кӯчаи Зардолузор 17, ҳуҷраи 4", "Зардолузор, 17", True),
        ("Зардолузор 17", "Зардолузор,дом17 кв4", True),
        ("Зардолузор 17", "Зардолузор 18", False),
        ("Зардолузор 17", "Гелосзор 17", False),
        ("Туттеппа-9, д. 990", "Туттеппа-9, д. 919", False),
    ],
)
def test_addresses_are_columns_in_street_and_house(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
    assert address_key(one)


@pytest.mark.parametrize(
    ("address", "house"),
    [
        ("аб Зардолузор 17", ("zardoluzor", "17")),
        ("Нур 17", ("nur", "17")),
        ("Зардолузор Гелосзор Туттеппа 17", ("zardoluzor", "geloszor", "17")),
        ("Зардолузор 17, 4, 5", ("zardoluzor", "17", "4")),
    ],
)
def test_two_words_of_the_street_and_two_numbers_are_enough(address: str, house: tuple[str, ...]) -> None:
    assert address_key(address) == house


@pytest.mark.parametrize("text", ["", "рӯ ба рӯи бозор", "17", "ул.", "д. 17"])
def test_what_has_no_street_and_house_is_nobodys_address(text: str) -> None:
    assert address_key(text) == ()


def test_hits_name_records_as_the_steward_knows_them() -> None:
    facts = HiddenFacts()
    facts.add({"address": [Address(id="a", location_id="l", address_1="Зардолузор 17")]}, {})
    rows = columns_in({"service": [dict.fromkeys(module.PUBLISHED["service"]) | {"id": "s", "name": "Зардолузор 17"}]})
    by_table = lambda table, ids: {own: f"{table}:{own}" for own in ids}  # noqa: E731
    for known_as, record in ((by_table, "service:s"), (lambda *_: {}, "s")):
        with pytest.raises(HiddenFactFound) as caught:
            facts.refuse(lambda table, names: rows(table, names), known_as=known_as)
        assert [(hit.table, hit.record, hit.what) for hit in caught.value.hits] == [("service", record, "address")]
    with pytest.raises(ValueError, match="zip"):
        facts.refuse(lambda table, names: ((*row, "more") for row in rows(table, names)), published=columns_in({}))


def test_a_number_that_is_marked_as_one_to_be_shown_is_shown() -> None:
    """Whatever else is published: it stands in the field of numbers. In a text nobody asked whether it may."""
    number = "+992 93 123 45 67"
    row = dict.fromkeys(module.PUBLISHED["phone"]) | {"id": "p", "number": number}
    HiddenFacts().refuse(columns_in({"phone": [row]}), published=columns_in({}))
    with pytest.raises(HiddenFactFound, match="description: holds a phone number that is nowhere marked"):
        HiddenFacts().refuse(columns_in({"phone": [row | {"description": number}]}), published=columns_in({}))


def test_a_published_number_of_nine_digits_with_its_country_is_known() -> None:
    finder = FactFinder({}, columns_in({"phone": [{"id": "p", "number": "+222 00 00 99"}]}), frozenset())
    assert [*finder.told_by("+222 00 00 99")] == []
    assert [*finder.told_by("+222 00 00 98")] == ["number"]


def test_a_phone_that_is_public_too_is_no_secret() -> None:
    hidden = phone("+992 00 010 00 10", service="Shelter")
    assert whats("010 00 10", service("Shelter", of="Umed", types=["ACC-VOT"]), hidden) == set()


def test_a_number_after_another_is_found() -> None:
    assert whats("Договор 992931234567, тел. 777 12 34") == {"phone"}
    assert whats("Договор 992931234567, тел. +992 93 123 45 67") == {"number"}


def test_a_name_that_is_public_in_a_translation_is_no_secret() -> None:
    hidden, text = organization("Нилуфари Ҷӯйборӣ", audience="custodian"), said("рядом с Нилуфари Ҷӯйборӣ")
    assert {hit.what for hit in hits(hidden, text)} == {"name"}
    assert hits(hidden, organization("Lily of Juybor", names={"tg": "Нилуфари Ҷӯйборӣ"}), text) == []


# -- how texts are read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "other", "same"),
    [
        ("dom", "dom", True),
        ("dom", "doma", False),  # short words are only themselves
        ("domik", "domika", True),
        ("domika", "domik", True),
        ("domi", "domik", False),
        ("domik", "domikami", True),
        ("domik", "domikamii", False),
        ("domik", "domin", False),
        ("karimova", "karimovu", True),
        ("karimova", "karimoxu", True),
        ("karimova", "karixova", False),
        ("qalandarova", "qalandarovu", True),
        ("qalandarova", "qalandaruvu", False),
    ],
)
def test_a_word_is_the_same_in_another_case(word: str, other: str, same: bool) -> None:
    assert module._same_word(word, other) is same


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("maftuna qalandarova", True),
        ("qalandarova maftuna", True),
        ("maftuna va qalandarova", False),
        ("maftuna maftuna", False),
        ("maftuna", False),
        ("maftuna qalan", False),
        ("maftunaqalan", False),
    ],
)
def test_a_person_is_told_by_both_names_side_by_side(text: str, is_told: bool) -> None:
    finder = FactFinder({"person": {"Maftuna Qalandarova"}}, columns_in({}), frozenset())
    assert ("person" in finder.told_by(f"ask {text}")) is is_told


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        ("+992 00 777 12 34", {"007771234", "7771234"}),
        ("(00) 777-12-34", {"007771234"}),
        ("0 00 777-12-34", {"007771234", "7771234"}),
        ("777 12 34", {"7771234"}),
        ("77 12 34", set()),
    ],
)
def test_numbers_are_the_same_by_their_ends(number: str, ends: set[str]) -> None:
    assert module._endings([number]) == ends


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("10.0369, -60,0164", [10.0369, 60.0164]),
        ("180.000", [180]),
        ("12.34", []),
        ("10° 30′ 36″", [10.51]),
        ("10º30,6'", [10.51]),
        ("10° 30 km", [10.5]),
        ("10°", []),
    ],
)
def test_points_are_read_in_decimals_and_in_degrees_and_minutes(text: str, numbers: list[float]) -> None:
    assert module._coordinates(text) == pytest.approx(numbers, abs=1e-9)


@pytest.mark.parametrize(
    ("identifier", "text", "is_told"),
    [
        ("1234567", "№ 12-34 567", True),
        ("1234567", "12 34 568", False),
        ("123456", "12-3456г.", True),
        ("123456", "12 3456", False),  # a short one may be chance
        ("1234567", "012 34567", False),
        ("12 345", "рег. 12/345", True),
        ("ABC-DEF-1234", "abc def 1234", False),  # words with few digits may be chance
    ],
)
def test_a_register_number_is_read_in_its_parts(identifier: str, text: str, is_told: bool) -> None:
    finder = FactFinder({"identifier": {identifier}}, columns_in({}), frozenset())
    assert ("identifier" in finder.told_by(text)) is is_told


@pytest.mark.parametrize(
    ("hidden", "published", "is_told"),
    [
        ("https://umed.example/night", "https://www.umed.example", False),
        ("https://umed.example/night", "https://ru.umed.example", False),  # who knows this knows that
        ("https://ru.umed.example", "https://umed.example", True),
    ],
)
def test_a_host_is_no_secret_where_one_within_it_is_published(hidden: str, published: str, is_told: bool) -> None:
    rows = columns_in({"url": [{"id": "u", "url": published}]})
    finder = FactFinder({"web": {hidden}}, rows, frozenset())
    assert ("web" in finder.told_by("see ru.umed.example")) is is_told


@pytest.mark.parametrize(
    ("text", "is_told"),
    [("Зардолузор 17", True), ("Зардолузор 17а", False), ("Зардолузор 18", False)],
)
def test_the_house_beside_a_hidden_one_may_be_published(text: str, is_told: bool) -> None:
    empty = dict.fromkeys(module.PUBLISHED["address"])
    streets = ("Зардолузор 17а", "Зардолузор 19")
    rows = columns_in({"address": [empty | {"id": street, "address_1": street} for street in streets]})
    finder = FactFinder({"address": {"Зардолузор 17"}}, rows, frozenset())
    assert ({*finder.told_by(text)} == {"address"}) is is_told


def test_hosts_are_those_of_pages_and_of_mails() -> None:
    pages = {"https://WWW.Umed.example/help?from=other.example", "none"}
    mails = {"a@Nihoni.example", "@desk@Umed.example"}
    assert module._hosts(mails, pages) == {"umed.example", "nihoni.example"}


def test_free_texts_are_searched_and_codes_are_not() -> None:
    assert module.text_fields("address") == (
        *("address_1", "address_2", "city", "region", "state_province", "postal_code"),
    )
    assert {"name", "description", "url", "email", "alert"} <= set(module.text_fields("service"))
    assert not {"id", "organization_id", "status", "audience"} & set(module.text_fields("service"))


@pytest.mark.parametrize(
    ("row", "but", "name"),
    [
        ({"name": "Umed", "title": "x"}, "description", "Umed"),
        ({"name": "Umed", "title": "Lawyer"}, "name", "Lawyer"),
        ({"name": "", "city": "Chashma"}, "text", "Chashma"),
        ({"language": "tg"}, "text", "tg"),
        ({"name": "x" * 61}, "text", "x" * 60),
        ({"id": "1"}, "text", ""),
    ],
)
def test_a_steward_knows_a_row_by_its_name_or_what_is_next_to_one(row: dict[str, str], but: str, name: str) -> None:
    assert module._called(row, but=but) == name


def leak(record: str, name: str = "") -> Leak:
    return Leak("service", record, name, "description", "address")


def test_the_message_is_whole() -> None:
    assert str(HiddenFactFound([leak("1", "Talk"), Leak("service", "5", "", "name", "name")])) == (
        "2 texts would tell what is hidden:\n"
        "  service 'Talk' (1), description: holds a hidden address\n"
        "  service 5, name: holds the name of something hidden\n"
        "Change the text, or keep the field back by an approval of the kind 'withhold' (subject: the record's id, "
        "value: the field); nothing was published"
    )


@pytest.mark.parametrize(("count", "more"), [(20, ""), (21, "\n  and 1 more\n"), (25, "\n  and 5 more\n")])
def test_twenty_are_named_and_the_others_are_counted(count: int, more: str) -> None:
    text = str(HiddenFactFound([leak(str(number)) for number in range(count)]))
    assert text.count("holds a hidden address") == 20
    assert (more in text) if more else " more" not in text


def test_points_are_told_by_what_is_near_them_and_by_nothing_far() -> None:
    chance = random.Random(7)
    for _ in range(300):
        latitude, longitude = chance.uniform(-90, 90), chance.uniform(-180, 180)
        finder = FactFinder({"point": {(latitude, longitude)}}, columns_in({}), frozenset())
        for off, is_told in ((0.0019, True), (0.0041, False)):
            written = abs(latitude) + chance.choice((off, -off)), abs(longitude)
            text = "{:.5f} {:.5f}".format(*(written if chance.random() < 0.5 else written[::-1]))
            assert ("point" in finder.told_by(text)) is is_told or min(written) < 0, text
