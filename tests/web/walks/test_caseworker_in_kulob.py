"""Stories in a real browser: a mother, a lawyer and a foreign woman in Kulob, a girl in Murghob, a man in Russia."""

import pytest

from tests.support.browser import axe_faults
from tests.support.sample import organization, place, records_of, service, statement
from tests.web.support.desk import Desk, views
from tests.web.support.served import waitress
from tests.web.support.signed_in import PASSWORD

KULOB, DUSHANBE, KHORUGH = (37.9146, 69.7845), (38.5358, 68.779), (37.4904, 71.5534)
UNITS = {KULOB: "3507221", DUSHANBE: "3501000", KHORUGH: "3590401"}
ALWAYS = [("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]
SERVICES = {
    "Guardian in Kulob": (KULOB, {"types": ["CHP-GUA"], "serves": ["AGE-CHI"]}),
    "Playroom in Kulob": (KULOB, {"types": ["CHP-FRI"], "serves": ["AGE-CHI"], "speaks": ["ru"]}),
    "Ward in Kulob": (KULOB, {"types": ["HLT-EME"], "hours": ALWAYS}),
    "Lawyer in Kulob": (KULOB, {"types": ["LEG-REP"], "speaks": ["tg", "ru"]}),
    "Legal desk in Kulob": (KULOB, {"types": ["LEG-INF"], "speaks": ["tg"]}),
    "Police in Kulob": (KULOB, {"types": ["JUS-POL"]}),
    "Lawyer in Dushanbe": (DUSHANBE, {"types": ["LEG-REP"]}),
    "Talk in Khorugh": (KHORUGH, {"types": ["PSY-COU"], "serves": ["AGE-ADO"]}),
    "Guardian in Khorugh": (KHORUGH, {"types": ["CHP-GUA"]}),
    "Guardian in Dushanbe": (DUSHANBE, {"types": ["CHP-GUA"]}),
    "Return of citizens": (KULOB, {"types": ["RET-REP"], "serves": ["MIG-RET"]}),
    "Return of foreigners": (KULOB, {"types": ["RET-REP"], "serves": ["MIG-FOR"], "covers": ["TJ", "KZ"]}),
    "Return desk": (KULOB, {"types": ["RET-REP"]}),
}
PARTS = records_of(
    organization("Bodies of the stories"),
    service(
        "National line", of="Bodies of the stories", types=["IDN-HOT"], phones=["1313"], hours=ALWAYS, covers=["TJ"]
    ),
    statement("A safe place can be arranged", service_type="ACC-GBV", area_unit="TJ-KT"),
    service("Line from abroad", of="Bodies of the stories", types=["IDN-HOT"], phones=["+992000100078"]),
    organization("Union in Moscow"),
    service("Wages in Moscow", of="Union in Moscow", types=["LEG-LAB"], phones=["1010", "+70000001111"]),
    organization("Consulate in Moscow"),
    service("Consular help", of="Consulate in Moscow", types=["RET-CON"], phones=["+70000001110"]),
    service("Passports", of="Consulate in Moscow", types=["LEG-DOC", "RET-CON"], phones=["+70000001110"]),
    place("Rooms in Moscow", of=["Wages in Moscow", "Consular help", "Passports"], at=(55.75, 37.62), country="RU"),
    *(
        part
        for name, (at, fields) in SERVICES.items()
        for part in (
            service(name, of="Bodies of the stories", phones=["+992000100077"], **fields),
            place(f"{name}, house", of=[name], at=at, unit=UNITS[at]),
        )
    ),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory, tj_area):
    return views(tmp_path_factory.mktemp("stories"), tj_area, PARTS)


@pytest.fixture
def origin(tmp_path, tj_area, published):
    desk = Desk(tmp_path, tj_area, published)
    desk.token("caseworker")
    with waitress(desk.app, clear_untrusted_proxy_headers=True) as port:
        yield f"http://127.0.0.1:{port}", desk


@pytest.fixture
def finder(origin, open_page):
    """Open the finder as a caseworker: in a language, on a screen of a width."""

    def open_(language="en", width=360):
        address, desk = origin
        page = open_page(f"{address}/", width=width, height=640, bypass_csp=True)
        desk.clock.step()
        page.goto(f"{address}/{language}/sign-in.html")
        page.fill("#login", "caseworker")
        page.fill("#password", PASSWORD)
        page.fill("#code", desk.code("caseworker"))
        page.click("main button[type=submit]")
        page.wait_for_url("**/index.html")
        return page

    return open_


def ask(page, typed, needs, **choices):
    page.fill("#typed", typed)
    for need in needs:
        page.check(f"[name=need][value={need}]")
    for name in choices.pop("ticked", ()):
        page.check(f"[name={name}]")
    for name, value in choices.items():
        if name == "sex":
            page.check(f"[name=sex][value={value}]")
        else:
            page.select_option(f"#{name}", value)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/find.html")


def names(page, need, heading):
    """Return the names of the services between a heading of a need and the next heading."""
    return page.evaluate(
        """([need, heading]) => {
          const found = [];
          const all = [...document.querySelectorAll(`section[aria-labelledby=n-${need}] h3`)];
          let part = all.find((each) => each.textContent.startsWith(heading));
          while (part && (part = part.nextElementSibling) && part.tagName !== "H3")
            found.push(...[...part.querySelectorAll("h4")].map((each) => each.textContent));
          return found;
        }""",
        [need, heading],
    )


def light_and_dark(page):
    """Return what axe finds in a page that is light, and of its colours when it is dark."""
    light = axe_faults(page)
    page.emulate_media(color_scheme="dark")
    dark = axe_faults(page, rules=None)
    page.emulate_media(color_scheme="light")
    return light + dark


def test_a_caseworker_with_a_mother_and_two_children_in_kulob(finder):
    page = finder()
    assert light_and_dark(page) == []
    ask(page, "кулоб", ["stay", "child"], ticked=["danger", "children"], sex="SEX-F", age="AGE-ADU", speaks="tg")
    box = page.locator("section.danger")
    assert box.bounding_box()["y"] < 640  # seen without scrolling
    assert {"0002", "0003", "1313"} <= {each.strip() for each in box.locator(".num").all_inner_texts()}
    assert "A safe place can be arranged" in box.inner_text()
    assert "Ward in Kulob" in box.inner_text()
    assert names(page, "child", "Fits") == []  # nobody says that Tajik is spoken
    assert {"Guardian in Kulob", "Playroom in Kulob"} <= set(names(page, "child", "Ask first"))
    assert "Judged for a child who comes along" in page.locator("section[aria-labelledby=n-child]").inner_text()
    page.click(".sum a[href='#n-child']")
    for button in page.locator(".actions button").all():
        shown = button.bounding_box()
        assert 0 <= shown["y"] <= shown["y"] + shown["height"] <= 640, "out of reach"
    page.check("section[aria-labelledby=n-child] [name=pick] >> nth=0")
    assert light_and_dark(page) == []
    page.click(".actions button[formaction]")
    page.wait_for_url("**/card.html")
    assert page.locator("article.a6").count() == 1
    assert light_and_dark(page) == []


def test_an_organization_looks_for_a_lawyer_in_kulob(finder):
    page = finder(width=1280)
    ask(page, "Куляб", ["lawyer"])
    assert names(page, "lawyer", "Fits")[:2] == ["Legal desk in Kulob", "Lawyer in Kulob"]  # advice first, at one door
    assert "Police in Kulob" not in names(page, "lawyer", "Fits")
    for number in (0, 1):
        page.check(f"[name=pick] >> nth={number}")
    page.click(".actions button:not([formaction])")
    page.wait_for_url("**/compare.html")
    assert page.locator("table.compare thead th").count() == 2


def test_a_girl_in_murghob_sees_the_nearest_however_far(finder):
    page = finder()
    ask(page, "Мурғоб", ["talk", "child"], sex="SEX-F", age="AGE-ADO")
    far = page.locator("section[aria-labelledby=n-child]")
    assert names(page, "child", "Fits") == []
    assert names(page, "child", "Beyond four hours")[0] == "Guardian in Khorugh"
    assert " h" in far.locator("h3:has-text('Beyond') ~ ul.list .tag").first.inner_text()
    assert "Talk in Khorugh" in names(page, "talk", "Beyond four hours")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_foreign_woman_in_kulob_who_wants_home(finder):
    page = finder()
    ask(page, "Кӯлоб", ["home"], sex="SEX-F", age="AGE-ADU", nationality="KZ", destination="KZ")
    assert names(page, "home", "Fits") == ["Return of foreigners"]
    home = page.locator("section[aria-labelledby=n-home]")
    assert "Works in: Kazakhstan" in home.locator("li", has_text="Return of foreigners").first.inner_text()
    assert "Return desk" in names(page, "home", "Ask first")
    page.click("section[aria-labelledby=n-home] details:has-text('Does not fit') summary")
    assert "Return of citizens" in home.locator("details li h4").all_inner_texts()
    assert axe_faults(page) == []


@pytest.mark.parametrize("language", ["en", "tg"])
def test_an_exploited_man_in_russia(finder, language):
    page = finder(language)
    man = {"sex": "SEX-M", "age": "AGE-ADU", "nationality": "TJ", "destination": "TJ"}
    ask(page, "", ["wages", "home"], place="ru", ticked=["danger"], **man)
    box = page.locator("section.danger")
    numbers = box.locator(".numbers .num").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert numbers == ["tel:0702", "tel:0703", "tel:+992000100078"]
    assert (
        "A safe place can be" not in page.locator("main").inner_text()
    )  # it is at home, and its number does not work there
    wages = page.locator("section[aria-labelledby=n-wages]")
    assert wages.locator("h4", has_text="Wages in Moscow").count() == 1
    assert wages.locator("a[href='tel:+70000001111']").count() == 1
    assert page.locator("main a[href='tel:1010'], main a[href='tel:1313']").count() == 0
    home = page.locator("section[aria-labelledby=n-home]")
    assert home.locator("h4", has_text="Consulate").or_(home.locator("h4", has_text="Consular help")).count() == 1
    assert "Return desk" not in home.inner_text()
    assert "four hours" not in page.locator("main").inner_text()
    assert axe_faults(page) == []


def test_a_man_in_russia_who_is_not_in_danger_has_its_numbers_too(finder):
    page = finder()
    ask(page, "", ["home"], place="ru", nationality="TJ")
    top = page.locator("main").inner_text().split("In short")[0]
    assert "police 0702, ambulance 0703. These are the numbers there." in top.replace("\u00a0", " ")
