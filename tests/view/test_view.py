"""The view: what it says of services, how it finds them, and that its bytes depend on nothing else."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapping.area.study_area import StudyArea
from mapping.directory.directory import DEMO_STEWARDS
from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound
from mapping.freshness import LAPSED_DAYS, months_after, rank
from mapping.language.lexicon import lexicon
from mapping.language.taxonomy import Vocabulary
from mapping.model import RECORDS, WEEKDAYS, Phone, RequiredDocument, Schedule, Service, Source, Unit, record_id
from mapping.safety.redaction import PUBLISHED
from mapping.view import hsds
from mapping.view.entries import sort_key
from mapping.view.file_format import FORMAT
from mapping.view.rules.opening import DAY, minutes_of
from mapping.view.view import Entry, Hours, OrganizationEntry, SearchResult, ServicePlace, View
from mapping.view.visits import region_of
from tests.support.examples import examples
from tests.support.sample import (
    ABROAD,
    ALL_DAYS,
    CHASHMA,
    HAMVOR,
    KULNISHIN,
    QULLAOBOD,
    TODAY,
    approval,
    attribute,
    contact,
    key,
    km,
    organization,
    phone,
    place,
    public_parts,
    sample_directory,
    sample_view,
    service,
    statement,
    translations,
)
from tests.support.sample import WEEKDAYS as WORKDAYS

GEOD = Geod(ellps="WGS84")
NOON = dt.datetime(2026, 11, 24, 12, 0)  # a Tuesday


@pytest.fixture(scope="module")
def view(tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with sample_view(tmp_path_factory.mktemp("sample"), tiny_area) as opened:
        yield opened


def entry(view: View, name: str, **options: Any) -> Entry:
    return next(one for one in view.services(**options) if one.name == name)


def here(found: SearchResult) -> list[str]:
    return [one.name for one in found.here]


def elsewhere(found: SearchResult) -> list[str]:
    return [one.name for one in found.elsewhere]


def everything(found: SearchResult) -> set[str]:
    return {*here(found), *elsewhere(found)}


# -- entries -------------------------------------------------------------------------------------------------------


def test_an_entry_tells_all_that_is_known_of_a_service(view: View) -> None:
    one = entry(view, "Legal advice")
    assert one.organization.name == "Legal Centre"
    assert (one.types, one.serves, one.languages, one.fees) == (("LEG-INF",), ("AGE-ADU",), ("ru", "tg"), "Free")
    assert [number.number for number in one.phones] == ["+992000100010"]
    assert one.hours == (Hours(("MO", "TU", "WE", "TH", "FR"), "08:00", "17:00"),)
    (spot,) = one.places
    assert (spot.latitude, spot.longitude) == CHASHMA
    assert (spot.address, spot.city, spot.area_unit, spot.role) == ("1 Market Street", "Chashma", "XT-W2", "delivery")
    assert (spot.transportation, spot.accessibility) == ("Bus 3", "Ramp at the door")
    assert (one.verified_on, one.verification_level) == (dt.date(2026, 9, 1), "phone")
    assert not one.remote
    assert one.offered


def test_what_a_service_lacks_comes_from_its_organization(view: View) -> None:
    one = entry(view, "Counselling")
    assert [number.number for number in one.phones] == ["+992000100001"]
    assert (one.email, one.url) == ("umed@umed.example", "https://umed.example")


def test_phones_hours_and_papers_of_places_and_in_languages(tiny_area: StudyArea, tmp_path: Path) -> None:
    tie, spot = key("service_at_location", "Advice", "Office"), key("location", "Office")
    paper = RequiredDocument(id="d", service_id=key("service", "Advice"), document="Passport")
    parts = [
        organization("Umed"),
        service("Advice", of="Umed"),
        service("Second", of="Umed"),
        place("Office", of=["Advice", "Second"], at=CHASHMA),
        paper,
        translations(paper, document={"ru": "Паспорт"}),
        Phone(id="p1", number="111", service_at_location_id=tie, audience="public"),
        Phone(id="p2", number="222", location_id=spot, audience="public"),
        Schedule(
            id="s1", service_at_location_id=tie, byday="MO", opens_at="09:00", closes_at="10:00", audience="public"
        ),
        Schedule(id="s2", location_id=spot, byday="SU", opens_at="11:00", closes_at="12:00", audience="public"),
    ]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        one, other = entry(view, "Advice", language="ru"), entry(view, "Second", language="ru")
        assert [p.number for p in one.phones] == ["111", "222"]
        assert [p.number for p in other.phones] == ["222"]
        assert [h.days for h in one.hours] == [("MO",), ("SU",)]
        assert [h.days for h in other.hours] == [("SU",)]
        assert one.documents == ("Паспорт",)
        monday = dt.datetime(2026, 11, 23, 9, 30)
        assert everything(view.find(open_at=monday)) == {"Advice"}
        assert everything(view.find(open_at=monday.replace(day=29, hour=11))) == {"Advice", "Second"}


@pytest.mark.parametrize(
    ("language", "name", "spoken"),
    [
        ("tg", "Машварати ҳуқуқӣ", "tg"),
        ("ru", "Юридическая консультация", "ru"),
        ("en", "Legal advice", ""),
        ("uz", "Юридическая консультация", "ru"),
    ],
)
def test_names_stand_in_the_language_or_the_nearest_one(view: View, language: str, name: str, spoken: str) -> None:
    one = view.service(entry(view, "Legal advice").id, language=language)
    assert (one.name, one.name_language) == (name, spoken)


def test_an_organization_has_all_its_names(view: View) -> None:
    umed = next(o for o in view.organizations(language="ru") if o.name == "Умед")
    assert umed.language == "ru"
    assert umed.other_names == ("Umed",)
    assert view.organization(umed.id, language="en").name == "Umed"
    assert [o.name for o in view.organizations()] == [
        "Consulate in Hamsoya",
        "Legal Centre",
        "Qulla Hospital",
        "Umed",
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"ru": "Мост"}, {"uz": "Kuprik", "tg": "Мост", "ru": "Мост", "en": "Kuprik"}),
        ({"ru": "Мост", "tg": "Кӯпрук"}, {"uz": "Кӯпрук", "tg": "Кӯпрук", "ru": "Мост", "en": "Kuprik"}),
        ({"ru": "Мост", "en": "Bridge"}, {"uz": "Bridge", "tg": "Мост", "ru": "Мост", "en": "Bridge"}),
        ({"ru": "Мост", "tg": "Кӯпрук", "uz": "Koʻprik"}, {"uz": "Koʻprik", "tg": "Кӯпрук"}),
    ],
)
def test_an_organization_is_called_as_its_readers_would_ask_for_it(
    names: dict[str, str], shown: dict[str, str], tiny_area: StudyArea, tmp_path: Path
) -> None:
    """In Uzbek by its own name or a Tajik one before a Russian one: in the view as in HSDS; a service as texts are."""
    parts = organization("Kuprik", names=names), service("Advice", of="Kuprik", names={"ru": "Совет"})
    with sample_view(tmp_path, tiny_area, *parts) as view:
        for language, name in shown.items():
            assert [one.name for one in view.organizations(language=language)] == [name]
            assert [one["name"] for one in hsds.records(view, "organization", language=language)] == [name]
        assert [one.name for one in view.services(language="uz")] == ["Совет"]


def test_places_that_may_not_be_shown_have_no_point(view: View) -> None:
    papers, team = entry(view, "Papers"), entry(view, "Mobile team")
    assert [(p.precision, p.area_unit, p.has_point) for p in papers.places] == [("area", "XT", False)]
    assert papers.points == ()
    assert not papers.remote
    assert team.remote
    assert team.covers == ("XT-W1",)


def test_statements_stand_with_their_route(view: View) -> None:
    (one,) = view.statements()
    assert (one.text, one.route, one.area_unit, one.service_type) == (
        "A safe place to stay can be arranged",
        "1313",
        "XT-W",
        "ACC-VOT",
    )


def test_statements_are_translated(tiny_area: StudyArea, tmp_path: Path) -> None:
    said = statement("A place can be found")
    parts = (said, translations(said, text={"tg": "Ҷой ёфтан мумкин"}))
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert [s.text for s in view.statements(language="tg")] == ["Ҷой ёфтан мумкин"]
        assert [s.text for s in view.statements(language="ru")] == ["A place can be found"]


def test_a_hidden_service_is_not_found_as_one_that_never_was(view: View, tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_directory(tmp_path, tiny_area) as directory:
        from mapping.directory.directory import public_id

        hidden = [r.id for r in directory.records(Service) if "Зарнисор" in r.name]
        hidden += [public_id(directory.key, one) for one in hidden]
    for get in (view.service, view.organization):
        messages = []
        for one in (*hidden, "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(NotFound) as caught:
                get(one)
            messages.append(str(caught.value).replace(one, "ID"))
        assert len(set(messages)) == 1
    assert view.entries(hidden) == []
    assert {view.find(word).total for word in ("Зарнисор", "Гулафшон", "Qxzjvw")} == {0}


def test_services_are_made_once_and_listed_anew(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = view.services(language="ru")
    monkeypatch.setattr(view, "entries", lambda *_, **__: pytest.fail("made again"))
    view.services(language="ru").clear()
    assert view.services(language="ru") == listed != []


def test_the_places_of_active_services_are_those_that_entries_have(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts = (
        organization("Umed", audience="public"),
        service("Open", of="Umed"),
        service("Far", of="Umed"),
        service("Shut", of="Umed", status="temporarily closed"),
        place("Here", of=["Open", "Shut"], at=CHASHMA, address="Main street 1", city="Town"),
        place("There", of=["Open"], at=QULLAOBOD),
    )
    with sample_view(tmp_path, tiny_area, *parts) as some:
        entries = {entry.id: entry for entry in some.services()}
        assert some.active_places() == {own: e.places for own, e in entries.items() if e.status == "active"}
        assert sorted(map(len, some.active_places().values())) == [0, 2]


def test_services_stand_in_the_order_of_the_alphabet(view: View) -> None:
    for language in ("tg", "ru", "en"):
        names = [one.name for one in view.services(language=language)]
        assert names == sorted(names, key=sort_key)
    words = [
        "Ёрӣ",
        "Еда",
        "Жола",
        "Кӯл",
        "Кур",
        "Қалам",
        "Кам",
        "Ғам",
        "Гул",
        "Ӣд",
        "Иқбол",
        "Ҷой",
        "Чой",
        "Ҳол",
        "Хол",
    ]
    assert sorted(words, key=sort_key) == [
        "Гул",
        "Ғам",
        "Еда",
        "Ёрӣ",
        "Жола",
        "Иқбол",
        "Ӣд",
        "Кам",
        "Кур",
        "Кӯл",
        "Қалам",
        "Хол",
        "Ҳол",
        "Чой",
        "Ҷой",
    ]


def test_tables_have_the_published_columns_only(view: View) -> None:
    for table, fields in PUBLISHED.items():
        columns = [row[1] for row in view.connection.execute(f'PRAGMA table_info("{table}")')]
        assert columns == ["id", *fields], table
        assert [row["id"] for row in view.rows(table)] == sorted(row["id"] for row in view.rows(table))
    for table in ("approval", "provenance", "listed", "sqlite_schema"):
        with pytest.raises(NotFound, match="is not a table of a view"):
            view.rows(table)
    names = {name for (name,) in view.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert not names & (set(RECORDS) - set(PUBLISHED))


def test_the_edition_says_what_the_view_is(view: View) -> None:
    assert (view.audience, view.edition) == ("public", TODAY)
    assert view.facts["area"] == "XT"
    assert view.facts["timezone"] == "Indian/Maldives"


# -- freshness -----------------------------------------------------------------------------------------------------


def test_an_entry_goes_from_fresh_to_due_to_overdue_to_lapsed(tiny_area: StudyArea, tmp_path: Path) -> None:
    due = dt.date(2026, 12, 1)
    parts = (organization("Umed"), service("Advice", of="Umed", next_due=due))
    for number, (day, wanted, first) in enumerate(
        [
            (due - dt.timedelta(days=31), "fresh", True),
            (due - dt.timedelta(days=30), "due", True),
            (due, "due", True),
            (due + dt.timedelta(days=1), "overdue", True),
            (due + dt.timedelta(days=LAPSED_DAYS), "overdue", True),
            (due + dt.timedelta(days=LAPSED_DAYS + 1), "lapsed", False),
        ]
    ):
        with sample_view(tmp_path / str(number), tiny_area, *parts, edition=day) as view:
            (one,) = view.services()
            assert (one.freshness, one.offered, one.next_due) == (wanted, first, due), day


def test_the_next_check_is_due_after_the_months_of_its_kind(tiny_area: StudyArea, tmp_path: Path) -> None:
    months = {"default": 9, "LEG": 6, "IDN": 3}
    chosen = tiny_area.settings.model_copy(update={"verification": months})
    file = tiny_area.file.model_copy(update={"settings": chosen})
    area = StudyArea(tiny_area.folder, file, tiny_area._units, tiny_area._other_names, tiny_area._roads)
    day = dt.date(2026, 8, 31)
    parts = [
        organization("Umed"),
        service("Legal", of="Umed", types=["LEG-INF"], verified=day),
        service("Both", of="Umed", types=["LEG-INF", "IDN-HOT"], verified=day),
        service("Health", of="Umed", types=["HLT-EME"], verified=day),
        service("Said", of="Umed", types=["LEG-INF"], verified=day, next_due=dt.date(2030, 1, 1)),
        service("Never", of="Umed", types=["LEG-INF"], verified=None),
    ]
    with sample_view(tmp_path, area, *parts) as view:
        assert {one.name: one.next_due for one in view.services()} == {
            "Legal": dt.date(2027, 2, 28),
            "Both": dt.date(2026, 11, 30),
            "Health": dt.date(2027, 5, 31),
            "Said": dt.date(2030, 1, 1),
            "Never": None,
        }
        assert {one.name: one.freshness for one in view.services()}["Never"] == "unverified"


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2027, 12, 15), 2, dt.date(2028, 2, 15)),
        (dt.date(2027, 8, 30), 6, dt.date(2028, 2, 29)),
        (dt.date(2026, 5, 5), 60, dt.date(2031, 5, 5)),
    ],
)
def test_months_are_counted_as_people_do(day: dt.date, months: int, wanted: dt.date) -> None:
    assert months_after(day, months) == wanted


@pytest.mark.parametrize(
    ("status", "fresh", "wanted"),
    [
        ("active", "fresh", 0),
        ("active", "due", 0),
        ("active", "overdue", 0),
        ("active", "unverified", 1),
        ("active", "lapsed", 2),
        ("temporarily closed", "fresh", 2),
    ],
)
def test_what_is_checked_is_offered_first(status: str, fresh: Any, wanted: int) -> None:
    assert rank(status, fresh) == wanted


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("legal advice", {"Legal advice"}),
        ("LEGAL", {"Legal advice"}),
        ("advice legal", {"Legal advice"}),
        ("Машварати ҳуқуқӣ", {"Legal advice"}),
        ("машварати хукуки", {"Legal advice"}),
        ("юридическая консультация", {"Legal advice"}),
        ("юрист", {"Legal advice"}),
        ("юристы", {"Legal advice"}),
        ("yuridik maslahat", {"Legal advice"}),
        ("Yuridicheskaya konsultatsiya", {"Legal advice"}),
        ("legal Chashma", {"Legal advice"}),
        ("юрист Чашма", {"Legal advice"}),
        ("a lawyer in Chashma", {"Legal advice"}),
        ("lawyer in Hamvor", {"Legal advice"}),
        ("psihologiya", {"Counselling"}),
        ("sykolojist", set()),
        ("psyhologist", {"Counselling"}),
        ("hotlin", {"Hotline"}),
        ("hotlime", {"Hotline"}),
        ("телефон доверия", {"Hotline"}),
        ("хати боварй", {"Hotline"}),
        ("Umed Kulnishin", {"Counselling"}),
        ("Кӯлнишин", {"Counselling"}),
        ("Кулнишин", {"Counselling"}),
        ("Кульнишин", {"Counselling"}),
        ("Qulla Hospital", {"Emergency ward"}),
        ("больница", {"Emergency ward"}),
        ("children", {"School places"}),
        ("Консульство", {"Help abroad"}),
        ("Юбилей", set()),
        ("1 Market Street", {"Legal advice"}),
        ("qwxz", set()),
        ('"', set()),
        ("   ", None),
        ('legal" OR words : "hotline', {"Legal advice"}),
        ("hotline*", {"Hotline"}),
        ("NOT legal", {"Legal advice"}),
    ],
)
def test_words_are_met_in_any_language_script_and_spelling(text: str, names: set[str] | None, view: View) -> None:
    everyone = {service.name for service in view.services()}
    found = view.find(text)
    if not names:
        assert everything(found) == (everyone if names is None else set())
    else:
        assert {entry.name for entry in (*found.here[:1], *found.elsewhere[:1])} & names


def test_every_service_is_found_by_any_of_its_names(view: View) -> None:
    for language in ("tg", "ru", "en"):
        for one in view.services(language=language):
            for text in (one.name, one.organization.name, f"{one.organization.name} {one.name}"):
                assert one.name in everything(view.find(text, language=language)), text


@given(
    name=st.sampled_from(["Counselling", "Emergency", "hospital", "consulate", "Машварати", "Больница", "Приёмное"]),
    place_=st.integers(0, 8),
    letter=st.sampled_from("aeiourст"),
)
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_wrong_letter_is_forgiven(name: str, place_: int, letter: str, view: View) -> None:
    place_ = min(place_, len(name) - 1)
    meant = everything(view.find(name))
    typed = name[:place_] + letter + name[place_ + 1 :]
    assert meant & everything(view.find(typed)), typed


# -- filters -------------------------------------------------------------------------------------------------------


def test_without_a_wish_all_are_found_in_two_blocks(view: View) -> None:
    found = view.find()
    assert here(found) == ["Emergency ward", "Help abroad", "Legal advice", "School places", "Counselling"]
    assert elsewhere(found) == ["Hotline", "Mobile team", "Papers"]
    assert found.total == 8
    assert found.kilometres == {}


def test_types_are_found_by_code_and_family(view: View) -> None:
    assert everything(view.find(type="LEG")) == {"Legal advice", "Papers"}
    assert everything(view.find(type="LEG-DOC")) == {"Papers"}
    assert everything(view.find(type="ACC")) == set()
    with pytest.raises(NotFound, match="service_types has no term 'LAW'"):
        view.find(type="LAW")


def test_languages_must_be_spoken(view: View) -> None:
    assert everything(view.find(speaks="en")) == {"Hotline"}
    assert everything(view.find(speaks="tg")) == {"Legal advice", "Counselling", "Hotline"}
    assert everything(view.find(speaks="fa")) == set()


SERVED = {  # what a service says of whom it takes -> the groups that find it
    "nothing": ({}, {"AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "adults": ({"serves": ["AGE-ADU"]}, {"AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "adults up to 59": ({"serves": ["AGE-ADU"], "maximum_age": 59}, {"AGE-ADU", "SEX-F", "SEX-M"}),
    "older persons": ({"serves": ["AGE-OLD"]}, {"AGE-OLD", "SEX-F", "SEX-M"}),
    "no adults": ({"excludes": ["AGE-ADU"]}, {"AGE-CHI", "AGE-ADO", "SEX-F", "SEX-M"}),
    "children": ({"serves": ["AGE-CHI"]}, {"AGE-CHI", "AGE-ADO", "SEX-F", "SEX-M"}),
    "adolescents": ({"serves": ["AGE-ADO"]}, {"AGE-CHI", "AGE-ADO", "SEX-F", "SEX-M"}),
    "women": ({"serves": ["SEX-F"]}, {"AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F"}),
    "women and children": ({"serves": ["SEX-F", "AGE-CHI"]}, {"AGE-CHI", "AGE-ADO", "SEX-F"}),
    "no men": ({"excludes": ["SEX-M"]}, {"AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F"}),
    "no children": ({"excludes": ["AGE-CHI"]}, {"AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "no adolescents": ({"excludes": ["AGE-ADO"]}, {"AGE-CHI", "AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "women, says so of men too": (
        {"serves": ["SEX-F", "SEX-M"], "excludes": ["SEX-M"]},
        {"AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F"},
    ),
    "from 18": ({"minimum_age": 18}, {"AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "from 17": ({"minimum_age": 17}, {"AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"}),
    "up to 17": ({"maximum_age": 17}, {"AGE-CHI", "AGE-ADO", "SEX-F", "SEX-M"}),
    "up to 11": ({"maximum_age": 11}, {"AGE-CHI", "SEX-F", "SEX-M"}),
    "up to 59": ({"maximum_age": 59}, {"AGE-CHI", "AGE-ADO", "AGE-ADU", "SEX-F", "SEX-M"}),
}
STAYING = {"nothing": {"AGE-ADU", "AGE-OLD", "SEX-F"}, "children": {"AGE-CHI", "AGE-ADO", "SEX-F"}}
"""The same of a shelter that is made for women."""


def test_whom_a_service_takes(tiny_area: StudyArea, tmp_path: Path) -> None:
    """Children are never sent where people stay unless it says that it takes them; see the table above."""
    parts: list[Any] = [organization("Umed")]
    parts += [service(name, of="Umed", types=["PSY-COU"], **fields) for name, (fields, _) in SERVED.items()]
    for name in STAYING:
        parts.append(service(f"stay, {name}", of="Umed", types=["ACC-GBV"], **SERVED[name][0]))
        parts.append(approval("audience", key("service", f"stay, {name}"), "public"))
    wanted = {name: groups for name, (_, groups) in SERVED.items()}
    wanted |= {f"stay, {name}": groups for name, groups in STAYING.items()}
    with sample_view(tmp_path, tiny_area, *parts) as view:
        for group in ("AGE-CHI", "AGE-ADO", "AGE-ADU", "AGE-OLD", "SEX-F", "SEX-M"):
            expected = {name for name, groups in wanted.items() if group in groups}
            assert everything(view.find(serves=group, limit=100)) == expected, group
        with pytest.raises(NotFound, match="beneficiaries has no term 'AGE'"):
            view.find(serves="AGE")


def test_groups_of_one_kind_exclude_each_other(view: View) -> None:
    """What names one form of exploitation only is not for another; what names none is for all."""
    assert "Counselling" not in everything(view.find(serves="SEX-M"))
    assert "Counselling" in everything(view.find(serves="EXP-LAB"))


UNITS = {
    "XT-W1": ({"Counselling"}, {"Hotline", "Mobile team", "Papers"}),
    "XT-W2": ({"Legal advice"}, {"Hotline", "Papers"}),
    "XT-W": ({"Counselling", "Legal advice"}, {"Hotline", "Mobile team", "Papers"}),
    "XT-E1": ({"Emergency ward"}, {"Hotline", "Papers"}),
    "XT-E": ({"Emergency ward", "School places"}, {"Hotline", "Papers"}),
    "XT": ({"Counselling", "Legal advice", "Emergency ward", "School places"}, {"Hotline", "Mobile team", "Papers"}),
}


@pytest.mark.parametrize("unit", UNITS)
def test_units_hold_what_lies_in_them_and_what_covers_them(unit: str, view: View) -> None:
    found = view.find(area_unit=unit)
    assert (set(here(found)), set(elsewhere(found))) == UNITS[unit]
    assert found.total == len(everything(found))


def test_several_units_and_units_that_are_not_there(view: View) -> None:
    assert set(here(view.find(area_unit={"XT-W2", "XT-E1"}))) == {"Legal advice", "Emergency ward"}
    assert set(here(view.find(area_unit=["XT-W2"]))) == {"Legal advice"}
    assert view.find(area_unit=()).total == 0
    with pytest.raises(NotFound, match="area_unit XX, YY: there is no such administrative unit"):
        view.find(area_unit=["YY", "XT", "XX"])


def test_a_unit_is_its_own_code_where_the_view_has_no_study_area(tmp_path: Path) -> None:
    parts = (organization("U"), service("A", of="U"), place("P", of=["A"], at=CHASHMA, unit="XT-W2"))
    with sample_view(tmp_path, None, *parts) as view:
        assert here(view.find(area_unit="XT-W2")) == ["A"]
        assert view.find(area_unit="XT-W").total == 0
        assert "timezone" not in view.facts


def test_the_nearest_stand_first_with_their_kilometres(view: View) -> None:
    found = view.find(near=CHASHMA)
    assert here(found) == ["Legal advice", "Emergency ward", "School places", "Help abroad", "Counselling"]
    by_name = {one.name: found.kilometres[one.id] for one in found.here}
    for name, point in (
        ("Emergency ward", QULLAOBOD),
        ("School places", HAMVOR),
        ("Help abroad", ABROAD),
        ("Counselling", KULNISHIN),
        ("Legal advice", CHASHMA),
    ):
        assert by_name[name] == pytest.approx(GEOD.inv(CHASHMA[1], CHASHMA[0], point[1], point[0])[2] / 1000, abs=5e-4)
    assert elsewhere(found) == ["Hotline", "Mobile team", "Papers"]
    assert set(found.kilometres) == {one.id for one in found.here}
    assert found.total == 8


def test_no_distance_is_told_of_what_has_no_point_wherever_one_asks(view: View) -> None:
    """Moving the origin changes nothing in the second block: neither its order nor what it holds."""
    blocks = {
        tuple(elsewhere(view.find(near=km(east, north)))) for east in range(0, 25, 4) for north in range(0, 17, 4)
    }
    assert blocks == {("Hotline", "Mobile team", "Papers")}
    assert elsewhere(view.find(near=km(3.5, 10.5), within_km=0.1)) == ["Hotline", "Mobile team", "Papers"]


def test_a_radius_bounds_what_has_a_point(view: View) -> None:
    assert here(view.find(near=CHASHMA, within_km=8.9)) == ["Legal advice", "Counselling"]
    assert here(view.find(near=CHASHMA, within_km=8.89)) == ["Legal advice"]
    assert here(view.find(near=CHASHMA, within_km=0)) == ["Legal advice"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"near": (60.06, 200)}, r"near \(60.06, 200\): is not a latitude and a longitude"),
        ({"near": (-91, 0)}, "are they swapped"),
        ({"within_km": 5}, "within_km needs the point"),
        ({"near": (0, 0), "within_km": -1}, "within_km -1: is not a distance"),
        ({"near": (0, 0), "within_km": float("nan")}, "is not a distance"),
        ({"limit": -1}, "limit -1: is not a number of entries"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any], said: str, view: View) -> None:
    with pytest.raises(InvalidRecord, match=said):
        view.find(**wrong)


def test_the_limit_holds_for_each_block_and_the_total_counts_all(view: View) -> None:
    for near in (None, CHASHMA):
        for limit in range(7):
            found = view.find(near=near, limit=limit)
            whole = view.find(near=near)
            assert here(found) == here(whole)[:limit]
            assert elsewhere(found) == elsewhere(whole)[:limit]
            assert found.total == 8


def test_what_is_closed_for_good_is_not_found(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts: list[Any] = [organization("Umed")]
    for status in ("active", "inactive", "defunct", "temporarily closed"):
        parts += [service(status, of="Umed", status=status), place(status, of=[status], at=CHASHMA)]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert here(view.find()) == ["active", "temporarily closed"]
        assert here(view.find("defunct")) == []
        assert len(view.services()) == 4


# -- hours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "moment", "wanted"),
    [
        (Hours(("TU",), "08:00", "17:00"), "2026-11-24 08:00", True),
        (Hours(("TU",), "08:00", "17:00"), "2026-11-24 16:59", True),
        (Hours(("TU",), "08:00", "17:00"), "2026-11-24 17:00", False),
        (Hours(("TU",), "08:00", "17:00"), "2026-11-24 07:59", False),
        (Hours(("TU",), "08:00", "17:00"), "2026-11-25 12:00", False),
        (Hours(("TU",), "00:00", "23:59"), "2026-11-24 23:59", True),
        (Hours(("TU",), "00:00", "24:00"), "2026-11-24 23:59", True),
        (Hours(("TU",), "00:00", "00:00"), "2026-11-24 23:59", True),
        (Hours(("TU",), "20:00", "06:00"), "2026-11-24 23:00", True),
        (Hours(("TU",), "20:00", "06:00"), "2026-11-25 05:59", True),
        (Hours(("TU",), "20:00", "06:00"), "2026-11-25 06:00", False),
        (Hours(("TU",), "20:00", "06:00"), "2026-11-24 05:00", False),
        (Hours(("SU",), "20:00", "06:00"), "2026-11-23 05:00", True),
        (Hours(("TU",), "20:00", "00:00"), "2026-11-24 23:30", True),
        (Hours(("TU",), "08:00", "17:00", valid_from=dt.date(2026, 11, 24)), "2026-11-24 09:00", True),
        (Hours(("TU",), "08:00", "17:00", valid_from=dt.date(2026, 11, 25)), "2026-11-24 09:00", False),
        (Hours(("TU",), "08:00", "17:00", valid_to=dt.date(2026, 11, 24)), "2026-11-24 09:00", True),
        (Hours(("TU",), "08:00", "17:00", valid_to=dt.date(2026, 11, 23)), "2026-11-24 09:00", False),
        (Hours(("TU",), "20:00", "06:00", valid_to=dt.date(2026, 11, 24)), "2026-11-25 05:00", True),
        (Hours(("TU",), "20:00", "06:00", valid_to=dt.date(2026, 11, 24)), "2026-11-24 05:00", False),
        (Hours((), "08:00", "17:00"), "2026-11-24 09:00", False),
        (Hours(("TU",), "", "", note="by appointment"), "2026-11-24 09:00", False),
        (Hours(("TU",), "8", "17:00"), "2026-11-24 09:00", False),
    ],
)
def test_when_it_is_open(hours: Hours, moment: str, wanted: bool) -> None:
    assert hours.open_at(dt.datetime.fromisoformat(moment)) is wanted


@pytest.mark.parametrize(
    ("text", "minutes"), [("08:30", 510), ("24:00", DAY), ("25:00", None), ("", None), ("a:b", None)]
)
def test_times_are_read(text: str, minutes: int | None) -> None:
    assert minutes_of(text) == minutes


def test_day_and_night_is_told() -> None:
    assert Hours(("MO",), "00:00", "23:59").all_day
    assert not Hours(("MO",), "00:00", "12:00").all_day
    assert not Hours().all_day


times = st.tuples(st.integers(0, 23), st.sampled_from([0, 30])).map(lambda t: f"{t[0]:02}:{t[1]:02}")
spans = st.tuples(
    st.sets(st.sampled_from(WEEKDAYS), min_size=1), times, times, st.sampled_from([None, None, 3.0, -5.5])
)


@given(
    given_=st.lists(st.lists(spans, max_size=2), min_size=1, max_size=4),
    moments=st.lists(st.datetimes(dt.datetime(2026, 11, 1), dt.datetime(2026, 12, 31)), min_size=5, max_size=5),
)
@settings(max_examples=examples(12), deadline=None)
def test_services_are_found_when_they_are_open_by_their_own_clocks(
    given_: list[list[Any]], moments: list[dt.datetime], tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory
) -> None:
    parts: list[Any] = [organization("Umed")]
    for number, hours in enumerate(given_):
        parts.append(service(f"Service {number}", of="Umed"))
        parts += [
            Schedule(
                id=f"{number} {place_}",
                service_id=key("service", f"Service {number}"),
                freq="WEEKLY",
                byday=",".join(sorted(days, key=WEEKDAYS.index)),
                opens_at=opens,
                closes_at=closes,
                timezone=offset,
                audience="public",
            )
            for place_, (days, opens, closes, offset) in enumerate(hours)
        ]
    with sample_view(tmp_path_factory.mktemp("hours"), tiny_area, *parts) as view:
        for moment in moments:
            utc = moment - dt.timedelta(hours=5)  # Orzustan's clocks are five hours ahead
            expected = {
                one.name
                for one in view.services()
                if any(
                    h.open_at(moment if h.utc_offset is None else utc + dt.timedelta(hours=h.utc_offset))
                    for h in one.hours
                )
            }
            assert everything(view.find(open_at=moment)) == expected
            assert everything(view.find(open_at=utc.replace(tzinfo=dt.UTC))) == expected


def test_days_of_a_month_are_only_words(tiny_area: StudyArea, tmp_path: Path) -> None:
    monthly = {"service_id": key("service", "Advice"), "opens_at": "00:00", "closes_at": "23:59", "audience": "public"}
    parts = [
        organization("Umed"),
        service("Advice", of="Umed"),
        Schedule(id="a", freq="MONTHLY", byday="1TU", description="first Tuesday", **monthly),
        Schedule(id="b", freq="WEEKLY", interval=2, byday=ALL_DAYS, **monthly),
    ]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert view.find(open_at=NOON).total == 0
        assert "first Tuesday" in [hours.note for hours in view.services()[0].hours]


# -- the search against every entry looked at ----------------------------------------------------------------------

TYPES = ("LEG-INF", "LEG-DOC", "PSY-COU", "IDN-OUT", "HLT-EME")


def many_parts() -> list[Any]:
    """Two hundred services with everything mixed, in a fixed way."""
    parts: list[Any] = [organization(f"Body {n}") for n in range(10)]
    for n in range(200):
        serves = [code for step, code in ((3, "AGE-CHI"), (4, "SEX-F"), (5, "AGE-ADU")) if n % step == 0]
        verified = (dt.date(2026, 9, 1), dt.date(2024, 1, 1), None)[n % 7 % 3]
        parts.append(
            service(
                f"Service {n:03}",
                of=f"Body {n % 10}",
                types=[TYPES[n % 5]],
                serves=serves,
                excludes=["SEX-M"] if n % 11 == 0 else [],
                speaks=["tg", "ru", "en"][: n % 4],
                verified=verified,
                hours=[(WORKDAYS, f"{8 + n % 3:02}:00", f"{15 + n % 4}:30")] if n % 3 else [],
                covers=["XT-W1"] if n % 13 == 0 else [],
                minimum_age=18 if n % 17 == 0 else None,
            )
        )
        for spot in range(n % 3):
            point = km((n * 7 + spot * 5) % 24 + 0.3, (n * 3 + spot * 11) % 16 + 0.4)
            unit = ("XT-W1", "XT-W2", "XT-E1", "XT-E2")[(n + spot) % 4]
            precision = "area" if n % 19 == 0 else "exact"
            parts.append(place(f"Place {n} {spot}", of=[f"Service {n:03}"], at=point, unit=unit, precision=precision))
    return parts


@pytest.fixture(scope="module")
def many(tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with sample_view(tmp_path_factory.mktemp("many"), tiny_area, *many_parts()) as opened:
        yield opened


def within(area: StudyArea, unit: str, wanted: str) -> bool:
    return wanted in (unit, *area.ancestors(unit))


def fits(one: Entry, query: dict[str, Any], area: StudyArea) -> bool:
    """Whether an entry meets a wish, worked out without the index."""
    if (kind := query.get("type")) and not any(code == kind or code.split("-")[0] == kind for code in one.types):
        return False
    if (spoken := query.get("speaks")) and spoken not in one.languages:
        return False
    if (moment := query.get("open_at")) and not any(hours.open_at(moment) for hours in one.hours):
        return False
    if group := query.get("serves"):
        dimension = Vocabulary.load("beneficiaries").term(group).dimension
        same = [code for code in one.serves if Vocabulary.load("beneficiaries").term(code).dimension == dimension]
        if group in one.excludes or (same and group not in same):
            return False
        if group == "AGE-CHI" and (one.minimum_age or 0) >= 18:
            return False
    if unit := query.get("area_unit"):
        inside = any(p.has_point and p.area_unit and within(area, p.area_unit, unit) for p in one.places)
        known = [*one.covers, *(p.area_unit for p in one.places if not p.has_point and p.area_unit)]
        everybody = not (one.places or one.covers)
        if not (inside or everybody) and not any(within(area, c, unit) or within(area, unit, c) for c in known):
            return False
    return True


def distance(one: Entry, near: tuple[float, float]) -> float:
    return min(GEOD.inv(near[1], near[0], p.longitude, p.latitude)[2] / 1000 for p in one.points)


queries = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from([*TYPES, "LEG", "PSY", "ACC"]),
        "serves": st.sampled_from(["AGE-CHI", "AGE-ADU", "SEX-F", "SEX-M", "VUL-DIS"]),
        "speaks": st.sampled_from(["tg", "ru", "en"]),
        "area_unit": st.sampled_from(["XT", "XT-W", "XT-E", "XT-W1", "XT-W2", "XT-E1", "XT-E2"]),
        "open_at": st.datetimes(dt.datetime(2026, 11, 23), dt.datetime(2026, 11, 30)),
        "near": st.tuples(st.floats(0, 24), st.floats(0, 16)).map(lambda p: km(*p)),
        "within_km": st.floats(0, 30),
        "limit": st.integers(0, 250),
    },
)


@given(query=queries)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_finds_what_looking_at_every_entry_finds(
    query: dict[str, Any], many: View, tiny_area: StudyArea
) -> None:
    if "near" not in query:
        query.pop("within_km", None)
    found = many.find(**query)
    matching = [one for one in many.services() if fits(one, query, tiny_area)]
    unit, near, limit = query.get("area_unit"), query.get("near"), query.get("limit", 20)

    def is_here(one: Entry) -> bool:
        if unit is None:
            return bool(one.points)
        return any(p.has_point and p.area_unit and within(tiny_area, p.area_unit, unit) for p in one.places)

    first = [one for one in matching if is_here(one)]
    if near is not None:
        first = [one for one in first if distance(one, near) <= query.get("within_km", float("inf"))]
        first.sort(key=lambda one: (one.rank, distance(one, near), sort_key(one.name)))
        told = [found.kilometres[one.id] for one in found.here]
        assert told == pytest.approx([distance(one, near) for one in first[:limit]], abs=6e-4)
    else:
        first.sort(key=lambda one: (one.rank, sort_key(one.name)))
    second = sorted((one for one in matching if not is_here(one)), key=lambda one: (one.rank, sort_key(one.name)))
    assert here(found) == [one.name for one in first[:limit]]
    assert elsewhere(found) == [one.name for one in second[:limit]]
    assert found.total == len(first) + len(second)


def test_the_nearest_are_found_over_the_date_line_and_the_poles(tmp_path: Path) -> None:
    spots = {"Fiji": (-17.0, 179.99), "Taveuni": (-16.9, -179.99), "North": (89.9, 10.0), "Beyond": (89.9, -170.0)}
    parts: list[Any] = [organization("Umed")]
    for name, at in spots.items():
        parts += [service(name, of="Umed"), place(name, of=[name], at=at)]
    with sample_view(tmp_path, None, *parts) as view:
        assert here(view.find(near=(-17.0, 180.0), within_km=30)) == ["Fiji", "Taveuni"]
        assert here(view.find(near=(90.0, 0.0), within_km=30)) == ["Beyond", "North"]
        assert here(view.find(near=(-17.0, -180.0))) == ["Fiji", "Taveuni", "Beyond", "North"]


# -- the file ------------------------------------------------------------------------------------------------------


def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_came(tiny_area: StudyArea, tmp_path: Path) -> None:
    orders = list(permutations(range(3)))
    contents = set()
    for number, order in enumerate(orders):
        groups = [public_parts()[start::3] for start in range(3)]
        parts = [groups[place_] for place_ in order]
        with sample_view(tmp_path / str(number), tiny_area, *parts):
            contents.add((tmp_path / str(number) / "public.db").read_bytes())
    assert len(contents) == 1
    with sample_directory(tmp_path / "again", tiny_area, public_parts()) as directory:
        directory.view("public", tmp_path / "a.db", edition=TODAY).close()
        directory.view("public", tmp_path / "b.db", edition=TODAY).close()
    assert {(tmp_path / "a.db").read_bytes(), (tmp_path / "b.db").read_bytes()} == contents


def test_the_key_changes_ids_and_nothing_that_people_see(tiny_area: StudyArea, tmp_path: Path) -> None:
    said = []
    for number, secret in enumerate(("5a" * 32, "17" * 32)):
        with sample_directory(tmp_path / str(number), tiny_area) as directory:
            directory.path.with_suffix(".key").write_text(secret)
            with directory.view("public", tmp_path / f"{number}.db", edition=TODAY) as view:
                said.append((sorted(one.id for one in view.services()), [one.name for one in view.services()]))
    assert not set(said[0][0]) & set(said[1][0])
    assert said[0][1] == said[1][1]


def test_an_older_view_stays_until_the_new_one_is_whole(
    tiny_area: StudyArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with sample_directory(tmp_path, tiny_area) as directory:
        directory.view("public", tmp_path / "public.db", edition=TODAY).close()
        before = (tmp_path / "public.db").read_bytes()
        monkeypatch.setattr("mapping.view.writer.write_index", fail)
        with pytest.raises(MappingError, match=r"public.db: the view cannot be written .*disk is full"):
            directory.view("public", tmp_path / "public.db", edition=TODAY + dt.timedelta(days=9))
    assert (tmp_path / "public.db").read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


def test_a_folder_that_is_not_there_is_named(tiny_area: StudyArea, tmp_path: Path) -> None:
    with (
        sample_directory(tmp_path, tiny_area) as directory,
        pytest.raises(MappingError, match=r"nowhere/public.db: the view cannot be written \([^:']*\); check"),
    ):
        directory.view("public", tmp_path / "nowhere" / "public.db", edition=TODAY)


def test_views_for_few_are_readable_by_their_owner_only(tiny_area: StudyArea, tmp_path: Path) -> None:
    sample_view(tmp_path / "a", tiny_area, audience="partner").close()
    sample_view(tmp_path / "b", tiny_area).close()
    assert (tmp_path / "a" / "partner.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "b" / "public.db").stat().st_mode & 0o044


@pytest.mark.parametrize("content", [b"", b"id,name\n1,Umed\n", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_view_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(FormatError, match=r"x.db: is .*not a view"):
        View(tmp_path / "x.db")


def test_a_view_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"none.db: there is no view; make one with `rohnamo publish`"):
        View(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_directory_is_no_view(tiny_area: StudyArea, tmp_path: Path) -> None:
    sample_directory(tmp_path, tiny_area).close()
    with pytest.raises(FormatError, match="is a database, but not a view"):
        View(tmp_path / "directory.db")


def test_a_view_keeps_the_lexicon_of_its_format() -> None:
    """A portal reads the lexicon out of the view: with another one the search would break, so the format tells it."""
    words = {"words", "stems", "phrases", "small", "cries", "rules", "terms", "precise"}
    parts = {"11": words | {"places", "abroad", "numbers"}}
    assert set(lexicon({})) == parts[FORMAT]


def test_a_view_of_another_format_is_refused(tiny_area: StudyArea, tmp_path: Path) -> None:
    sample_view(tmp_path, tiny_area).close()
    connection = sqlite3.connect(tmp_path / "public.db")
    connection.execute("UPDATE edition SET value = '1' WHERE name = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(FormatError, match=r"is a view of format 1, not \d+; publish it again"):
        View(tmp_path / "public.db")


def test_a_view_that_nobody_holds_is_closed(tiny_area: StudyArea, tmp_path: Path) -> None:
    view = sample_view(tmp_path, tiny_area)
    assert view.find("umed")
    assert view.services()
    connection = view.connection
    del view
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_view_is_read_only_and_leaves_no_files(view: View) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        view.connection.execute("DELETE FROM service")
    assert {file.name for file in view.path.parent.iterdir()} >= {"public.db"}
    assert not list(view.path.parent.glob("public.db-*"))


def test_a_path_with_odd_letters_is_opened(tiny_area: StudyArea, tmp_path: Path) -> None:
    folder = tmp_path / "ҷой #1 100% ?"
    folder.mkdir()
    with sample_view(folder, tiny_area) as view:
        assert view.find("legal").total == 2


def test_views_can_be_read_in_threads(view: View) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def look(number: int) -> int:
        with View(view.path) as own:
            return own.find("legal" if number % 2 else "", near=CHASHMA).total

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(40))) == {2, 8}


def test_an_empty_view_finds_nothing_and_does_not_fail(tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_view(tmp_path, tiny_area, Unit(id="u", name="beds")) as view:
        assert view.services() == view.organizations() == view.statements() == []
        for query in (
            {},
            {"text": "legal"},
            {"type": "LEG"},
            {"near": CHASHMA},
            {"open_at": NOON},
            {"serves": "AGE-CHI", "area_unit": "XT"},
        ):
            assert view.find(**query) == SearchResult()
        assert view.minutes("p1") == {}


def test_sensitive_groups_cannot_be_asked_for_in_public(view: View) -> None:
    """Asking tells nothing: services that take a sensitive group are found as those that say nothing of it."""
    assert view.find(serves="VUL-HIV").total == view.find(serves="VUL-DIS").total


def test_contacts_have_no_names_in_a_view(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts = (organization("Umed"), contact("Zarina Karimova", organization="Umed", audience="public", title="Lawyer"))
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert [(row["name"], row["title"]) for row in view.rows("contact")] == [(None, "Lawyer")]


def test_words_that_are_no_term_are_shown_as_notes(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts = (organization("Umed"), service("Advice", of="Umed"), attribute("Advice", "excludes", "drunk people"))
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert view.services()[0].excludes_notes == ("drunk people",)
        assert view.services()[0].excludes == ()


def test_phones_stand_once_with_faxes_last(tiny_area: StudyArea, tmp_path: Path) -> None:
    parts = (
        organization("Umed"),
        service("Advice", of="Umed"),
        phone("111", service="Advice", type="fax"),
        phone("999", service="Advice", type="voice"),
        Phone(id="twin", number="999", type="voice", audience="public", service_id=key("service", "Advice")),
        Service(id="bare", organization_id=key("organization", "Umed"), name="x"),
    )
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert [p.number for p in view.services()[0].phones] == ["999", "111"]


def test_a_view_of_the_demonstration_knows_that_it_is_one(tmp_path, tiny_area):
    source = Source(id=record_id(DEMO_STEWARDS, "source"), name="Invented stewards")
    (tmp_path / "demo").mkdir()
    (tmp_path / "real").mkdir()
    assert sample_view(tmp_path / "demo", tiny_area, organization("A"), [source]).demo
    assert not sample_view(tmp_path / "real", tiny_area, organization("A")).demo


def test_who_has_neither_place_nor_area_serves_everybody_and_who_is_known_by_area_does_not(
    tiny_area: StudyArea, tmp_path: Path
) -> None:
    """As the public lists say it; what is known by its area alone is in that area."""
    parts = [
        organization("Umed", phones=["+992446000001"]),
        organization("Far", phones=["+77270000001"]),
        service("Advice by phone", of="Umed"),
        service("Advice in the west", of="Umed", covers=["XT-W"]),
        service("Known by area", of="Umed"),
        place("a", of=["Known by area"], at=km(4, 4), unit="XT-W2", precision="area"),
        service("Line of another country", of="Far"),
    ]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert everything(view.find(area_unit="XT-E1")) == {"Advice by phone"}
        assert "Known by area" in everything(view.find(area_unit="XT-W2"))
        flags = {entry.name: view.search_table().services[entry.id].flags for entry in view.services()}
        assert {name for name, own in flags.items() if "everywhere" in own} == {"Advice by phone"}


def test_the_region_of_a_service_is_that_of_its_first_place_in_the_country(tiny_area):
    places = tuple(ServicePlace(str(unit), area_unit=unit) for unit in (None, "XN-1", "XT-E2", "XT-W1"))
    advice = Entry("id", "Advice", OrganizationEntry("body", "Umed"), places=places)
    assert region_of(advice, tiny_area) == "XT-E"
    assert region_of(replace(advice, places=places[:2]), tiny_area) == "XT"
