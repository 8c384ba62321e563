"""Stories of visitors on the map of Tajikistan, walked on a phone: what they see at the end, and in how many taps.

The same stories are timed on the demonstration by ``docs/figures/stopwatch.py``; those of caseworkers are in
``test_caseworker_in_kulob.py``.
"""

import pytest

from docs.figures import stopwatch
from tests.support.sample import organization, place, records_of, service
from tests.web.support.portal import published
from tests.web.support.served import waitress
from web import create_app

KULOB, DUSHANBE, KHORUGH, KHUJAND = (37.9146, 69.7845), (38.5358, 68.779), (37.4904, 71.5534), (40.2834, 69.6221)
UNITS = {KULOB: "3507221", DUSHANBE: "3501000", KHORUGH: "3590401", KHUJAND: "3505401"}
ALWAYS = [("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]
PLACES = {
    "Lawyer in Kulob": (KULOB, {"types": ["LEG-REP"]}),
    "Lawyer in Dushanbe": (DUSHANBE, {"types": ["LEG-REP"]}),
    "Talk in Khujand": (KHUJAND, {"types": ["PSY-COU"]}),
    "Guardian in Khorugh": (KHORUGH, {"types": ["CHP-GUA"], "serves": ["AGE-CHI"]}),
    "Guardian in Dushanbe": (DUSHANBE, {"types": ["CHP-GUA"], "serves": ["AGE-CHI"]}),
    "Family tracing": (DUSHANBE, {"types": ["CHP-FTR"]}),
    "Return desk": (DUSHANBE, {"types": ["RET-REP"]}),
    "Food": (KULOB, {"types": ["MAT-NFI"]}),
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory, tj_area):
    parts = records_of(
        organization("Line"),
        service("National line", of="Line", types=["IDN-HOT"], phones=["1313"], hours=ALWAYS),
        service("Line from abroad", of="Line", types=["IDN-HOT"], phones=["+992000100078"]),
        organization("Union"),
        service("Wages in Moscow", of="Union", types=["LEG-LAB"], phones=["+70000001111"]),
        place("Office in Moscow", of=["Wages in Moscow"], at=(55.75, 37.62), country="RU"),
        *(
            part
            for name, (at, fields) in PLACES.items()
            for part in (
                organization(f"{name}, body"),
                service(name, of=f"{name}, body", phones=["+992000100077"], **fields),
                place(f"{name}, house", of=[name], at=at, unit=UNITS[at]),
            )
        ),
    )
    app = create_app(published(tmp_path_factory.mktemp("stories"), tj_area, parts), tj_area, demo=True)
    with waitress(app, clear_untrusted_proxy_headers=True) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def walked(origin, open_page):
    """Walk a story from the first page, quietly: the walk, at its last page."""

    def walk(story) -> stopwatch.Walk:
        made = stopwatch.Walk(open_page(f"{origin}/index.html", width=360, height=640, has_touch=True, is_mobile=True))
        story(made)
        assert "?" not in made.page.url
        assert made.page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
        return made

    return walk


def first(walk, part="main"):
    return walk.page.locator(f"{part} .list h3").first.inner_text()


def test_a_woman_with_a_child_at_night(walked):
    walk = walked(stopwatch.a_woman_with_a_child_at_night)
    box = walk.page.locator("#urgent a.num:visible").first.bounding_box()
    assert box["y"] + box["height"] < 640, "seen without scrolling"
    assert walk.page.locator("#urgent a[href='tel:1313']").count() == 1
    assert "Food" not in walk.page.locator("#hits").inner_text()
    assert walk.taps == 2


def test_an_exploited_man_in_russia(walked):
    walk = walked(stopwatch.an_exploited_man_in_russia)
    assert first(walk) == "Wages in Moscow"
    assert walk.page.locator("main a[href='tel:1313']").count() == 0
    assert walk.taps == 5


def test_the_mother_of_a_vanished_son(walked):
    walk = walked(stopwatch.the_mother_of_a_vanished_son)
    assert walk.page.locator("h1").inner_text() == "Family tracing"
    assert walk.taps == 3


def test_a_lawyer_in_kulob(walked):
    walk = walked(stopwatch.a_lawyer_in_kulob)
    assert walk.page.locator("h1").inner_text() == "Lawyer in Kulob"
    assert walk.taps == 7


def test_somebody_who_reads_little(walked):
    walk = walked(stopwatch.somebody_who_reads_little)
    assert first(walk) == "Talk in Khujand"
    assert walk.taps == 4


def test_a_girl_in_murghob(walked):
    walk = walked(stopwatch.a_girl_in_murghob)
    assert first(walk, "#c") == "Guardian in Khorugh", "the nearest, however far"
    assert " ч" in walk.page.locator("#c .facts").first.inner_text()
    assert walk.taps == 6


def test_a_foreign_woman_who_wants_home(walked):
    walk = walked(stopwatch.a_foreign_woman_who_wants_home)
    assert walk.page.locator("h1").inner_text() == "Return desk"
    assert walk.taps == 3
