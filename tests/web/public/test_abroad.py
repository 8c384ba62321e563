"""Help abroad: the country first, then who is there, and numbers that can be called from there."""

import pytest

from mapping.area.settings import EmergencyNumber
from mapping.errors import NotFound
from tests.analysis.invented import Changed
from tests.support.sample import organization, place, service
from tests.web.support.portal import published
from web.presenters import choices
from web.presenters.edition import Edition
from web.presenters.entries import emergency, home, where
from web.presenters.entries import organization as organization_page
from web.presenters.entries import service as service_page
from web.public.abroad import countries, country
from web.public.app import create_app

FRESH = {"verified": "2026-09-01", "next_due": "2027-03-01"}
OLD = {"verified": "2024-01-01", "next_due": "2024-07-01"}
THERE = {"at": (10.07, 60.25), "country": "XN"}


@pytest.fixture(scope="module")
def edition(tmp_path_factory, tiny_area):
    parts = [
        organization("Nav"),
        organization("Club"),
        organization("Old"),
        organization("Far"),
        organization("Line"),
        service("Desk of another country", of="Far", types=["RET-TRM"], phones=["+70000001113"], **FRESH),
        service("Its office", of="Far", types=["CMG-INF"], phones=["+70000001113"], **FRESH),
        place("e", of=["Its office"], at=(10.07, 62.25), country="XQ"),
        service("Passports", of="Nav", types=["LEG-DOC"], phones=["+70000001110"], **FRESH),
        place("f", of=["Passports"], **THERE),
        service("Desk", of="Nav", types=["RET-CON"], phones=["+70000001110"], **FRESH),
        place("a", of=["Desk"], **THERE),
        service("Desk in the port", of="Nav", types=["RET-CON"], phones=["+70000001110"], **FRESH),
        place("g", of=["Desk in the port"], at=(10.3, 60.6), country="XN"),
        service("Club", of="Club", types=["LEG-LAB"], phones=["1010", "+70000001111"], **FRESH),
        place("b", of=["Club"], **THERE),
        service("Old club", of="Old", types=["LEG-LAB"], phones=["+70000001112"], **OLD),
        place("c", of=["Old club"], **THERE),
        service("Line from anywhere", of="Line", types=["IDN-HOT"], phones=["+992446000001"], **FRESH),
        service("Line at home", of="Nav", types=["IDN-HOT"], phones=["0011"], **FRESH),
        service("Office at home", of="Nav", types=["LEG-INF"], phones=["+992446000002"], **FRESH),
        place("d", of=["Office at home"], at=(10.1, 60.1), unit="XT-W2"),
    ]
    return Edition(published(tmp_path_factory.mktemp("abroad"), tiny_area, *parts), tiny_area)


def names(cards):
    return [str(card.name) for card in cards]


def test_who_is_there_and_who_can_be_called_from_there(edition):
    shown = country(edition, "xn", "en")
    assert names(shown.consulates) == ["Desk"]
    assert names(shown.consulates[0].also) == ["Desk in the port"], "a body stands there once, wherever its desks are"
    assert "Desk of another country" not in names((*shown.consulates, *shown.others, *shown.lines, *shown.later))
    assert names(shown.others) == ["Club"]
    assert names(shown.lines) == ["Line from anywhere"]
    assert names(shown.later) == ["Old club"]
    assert shown.others[0].calls[0].dial == "+70000001111"  # not the short one
    assert shown.line.call.dial == "+992446000001"


def test_pages_of_who_is_abroad_name_a_number_that_works_there(edition):
    """A short one is of another line there, or of none."""
    ids = {entry.name: entry.id for entry in edition.entries("en").values()}
    dials = {name: service_page(edition, ids[name], "en").line.call.dial for name in ("Desk", "Office at home")}
    assert dials == {"Desk": "+992446000001", "Office at home": "0011"}
    bodies = {known.name: known.id for known in edition.organizations("en").values()}
    assert organization_page(edition, bodies["Club"], "en").line.call.dial == "+992446000001"
    assert organization_page(edition, bodies["Nav"], "en").line.call.dial == "0011", "it is at home too"


def test_another_country_has_the_lines_only(edition):
    shown = country(edition, "zz", "en")
    assert (shown.consulates, shown.others, shown.later) == ([], [], [])
    assert names(shown.lines) == ["Line from anywhere"]
    assert [code for code, _ in countries(edition, "en")] == ["xn", "xq"]
    with pytest.raises(NotFound):
        country(edition, "qq", "en")


def test_from_the_first_page_to_a_number_that_works_from_there(text):
    assert 'href="c.html"' in text("/en/index.html")
    assert 'href="c-xn.html"' in text("/en/c.html")
    page = text("/en/c-xn.html")
    assert "tel:+" in page
    assert "n8-xn.html" in page


def test_who_wants_to_come_home_is_asked_first_in_which_country_they_are(text, tiny_area):
    inside, abroad = f"<h2>{tiny_area.name['en']}</h2>", "<h2>Abroad</h2>"
    home, other = text("/en/n8.html"), text("/en/n1.html")
    assert home.index(abroad) < home.index(inside)
    assert other.index(inside) < other.index(abroad)


def test_the_police_of_another_country_is_called_as_it_is_there(tiny_area):
    police = EmergencyNumber(number="0002", label={"ru": "Милиция"}, label_abroad={"ru": "Полиция"})
    changes = {"emergency": {"police": police}, "emergency_abroad": {"RU": {"police": "0702"}}}
    area = Changed(tiny_area, settings=tiny_area.settings.model_copy(update=changes))
    assert [number.label for number in emergency(area, "ru", country="RU")] == ["Полиция"]
    assert [number.label for number in emergency(area, "ru")] == ["Милиция"]


def test_who_is_asked_where_they_are_has_a_number_that_works_abroad_too(edition):
    need = next(iter(choices.needs()))
    question = where(edition, choices.Choice(need), "en")
    assert (question.line.call.dial, question.far.call.dial) == ("0011", "+992446000001")


def test_the_first_page_and_what_is_typed_there_name_a_number_that_works_abroad_too(edition, tiny_area):
    assert home(edition, "en").far.call.dial == "+992446000001"
    client = create_app(edition.path, tiny_area).test_client()
    for name, places in (("index", 2), ("all-1", 1)):
        page = client.get(f"/en/{name}.html").text
        assert page.count('Abroad: <a href="tel:+992446000001">') == places, "beside the line, and where danger is told"
