"""Who is offered what: needs, places, adults and children."""

import datetime as dt

import pytest

from mapping.errors import NotFound
from mapping.view import visits
from mapping.view.view import Entry, OrganizationEntry, PhoneEntry, ServicePlace
from tests.support.sample import CHASHMA, KULNISHIN, QULLAOBOD, organization, place, service, statement
from tests.web.support.portal import published
from web.presenters import choices
from web.presenters.cards import calls, card, check, condition, first_choice, in_a_row, place_name
from web.presenters.edition import Edition, short_code
from web.presenters.entries import who
from web.presenters.hotlines import line_for
from web.presenters.lists import SHEET, chosen, cut, sheets_of
from web.presenters.lists import found as sheet_of

FRESH = {"verified": dt.date(2026, 9, 1), "next_due": dt.date(2027, 3, 1)}


def entry(**fields) -> Entry:
    return Entry(id="x", name="x", organization=OrganizationEntry(id="o", name="o"), **fields)


@pytest.mark.parametrize(
    ("fields", "adult", "child"),
    [
        ({}, "yes", "ask"),
        ({"serves": ("AGE-ADU",)}, "yes", "no"),
        ({"serves": ("AGE-CHI",)}, "no", "yes"),
        ({"serves": ("AGE-ADO",)}, "no", "ask"),
        ({"serves": ("AGE-YOU",)}, "ask", "ask"),
        ({"serves": ("AGE-YOU", "AGE-ADO")}, "ask", "ask"),
        ({"serves": ("AGE-ADU", "AGE-CHI")}, "yes", "yes"),
        ({"serves": ("SEX-F",)}, "yes", "ask"),
        ({"serves": ("SEX-F",), "types": ("CHP-FRI",)}, "no", "yes"),
        ({"types": ("CHP-FRI", "PSY-COU")}, "yes", "yes"),
        ({"excludes": ("AGE-CHI",)}, "yes", "no"),
        ({"excludes": ("AGE-CHI",), "types": ("CHP-FRI",)}, "yes", "no"),
        ({"excludes": ("AGE-ADU",)}, "no", "ask"),
        ({"serves": ("AGE-ADU",), "types": ("CHP-GUA",)}, "yes", "no"),
        ({"minimum_age": 18}, "yes", "no"),
        ({"maximum_age": 17}, "no", "yes"),
        ({"excludes": ("AGE-OLD",)}, "yes", "ask"),
        ({"types": ("ACC-VOT",)}, "yes", "no"),
        ({"types": ("ACC-CHI",)}, "no", "yes"),
        ({"serves": ("AGE-CHI",), "maximum_age": 17}, "no", "yes"),
        ({"serves": ("AGE-CHI",), "minimum_age": 7, "maximum_age": 14}, "no", "ask"),
        ({"minimum_age": 60}, "ask", "no"),
        ({"serves": ("AGE-ADU",), "minimum_age": 18, "maximum_age": 59}, "yes", "no"),
    ],
)
def test_a_child_is_sent_only_where_children_are_taken(fields, adult, child):
    assert choices.fits(entry(**fields), "a") == adult
    assert choices.fits(entry(**fields), "c") == child
    assert choices.fits(entry(**fields), "e") == "yes"


@pytest.mark.parametrize(
    "code", ["nx", "n10", "n1-", "n1-r9", "n1-qq", "n1-r1-x", "n1-r1-a-1", "n1-r1-a-0", "x", "n1-r1-a-2-3", ""]
)
def test_answers_that_are_not_offered_are_no_page(code, app):
    with pytest.raises(NotFound):
        choices.parse(code, app.config["EDITIONS"].now())


def test_answers_are_read(app):
    choice = choices.parse("n4-r2-c-3", app.config["EDITIONS"].now())
    assert (choice.need.code, choice.where, choice.who, choice.sheet) == ("lawyer", "r2", "c", 3)
    assert choice.code == "n4-r2-c"


@pytest.fixture(scope="module")
def edition(tmp_path_factory, tiny_area):
    parts = [
        organization("Nav", phones=["+992446000001"]),
        service("Zar, in the town", of="Nav", types=["LEG-INF"], **FRESH),
        place("a", of=["Zar, in the town"], at=CHASHMA, unit="XT-W2"),
        service("Alif, far in the region", of="Nav", types=["LEG-INF"], **FRESH),
        place("b", of=["Alif, far in the region"], at=KULNISHIN, unit="XT-W1"),
        service("In the other region", of="Nav", types=["LEG-INF"], **FRESH),
        place("c", of=["In the other region"], at=QULLAOBOD, unit="XT-E1"),
        service("Everywhere by phone", of="Nav", types=["LEG-INF"], covers=["XT"], **FRESH),
        service("Only the east by phone", of="Nav", types=["LEG-INF"], covers=["XT-E"], **FRESH),
        service(
            "Long not confirmed",
            of="Nav",
            types=["LEG-INF"],
            verified=dt.date(2024, 1, 1),
            next_due=dt.date(2024, 7, 1),
        ),
        place("d", of=["Long not confirmed"], at=CHASHMA, unit="XT-W2"),
        service("Papers in the east", of="Nav", types=["LEG-DOC"], **FRESH),
        place("e", of=["Papers in the east"], at=QULLAOBOD, unit="XT-E1"),
        service("Closed for good", of="Nav", types=["LEG-INF"], status="defunct", **FRESH),
        service("Abroad", of="Nav", types=["LEG-INF"], **FRESH),
        place("f", of=["Abroad"], at=(10.07, 60.25), country="XN"),
        statement("Beds can be arranged", service_type="ACC-VOT", area_unit="XT-W2"),
    ]
    return Edition(published(tmp_path_factory.mktemp("choices"), tiny_area, *parts), tiny_area)


def names(cards):
    return [str(card.name) for card in cards]


def found(edition, code):
    answers = chosen(edition, choices.parse(code, edition), "en")
    return answers.blocks.map(answers.card), tuple(map(answers.card, answers.far)), answers.start


def test_a_regions_list_is_in_the_order_of_travel_time(edition):
    blocks, far, start = found(edition, "n4-r1-a")
    minutes = [card.minutes[0] for card in blocks.near]
    assert minutes == sorted(minutes)
    assert set(names(blocks.near)) == {"Zar, in the town", "Alif, far in the region"}
    assert start
    assert names(far) == ["In the other region"], "two are few"


def test_lines_stand_by_name_and_only_where_they_reach(edition):
    assert names(found(edition, "n4-r1-a")[0].named) == ["Everywhere by phone"]
    (first,) = found(edition, "n4-r2-a")[0].named
    assert names([first, *first.also]) == ["Everywhere by phone", "Only the east by phone"]


def test_what_was_not_confirmed_for_long_is_never_offered_first(edition):
    blocks, _, _ = found(edition, "n4-r1-a")
    assert names(blocks.later) == ["Long not confirmed"]
    assert "Long not confirmed" not in names((*blocks.near, *blocks.named, *blocks.ask))


def test_what_is_closed_for_good_is_nowhere(edition):
    blocks, far, _ = found(edition, "n4-r0-e")
    assert "Closed for good" not in names((*blocks.near, *blocks.named, *blocks.ask, *blocks.later, *far))


def test_a_region_without_any_is_told_of_the_nearest_elsewhere(edition):
    blocks, far, start = found(edition, "n5-r1-a")
    assert set(names(blocks.near)) == {"Zar, in the town", "Alif, far in the region"}, "advice helps on the way"
    assert names(far) == ["Papers in the east"], "what is asked for stands beside it, however far"
    assert far[0].minutes[0] < float("inf")
    assert start


def test_abroad_means_that_country(edition):
    assert names(found(edition, "n4-xn-a")[0].near) == ["Abroad"]
    assert names(found(edition, "n4-zz-a")[0].near) == []
    assert "Abroad" not in names(found(edition, "n4-r1-a")[0].near)


def test_a_child_is_told_where_to_ask(edition):
    blocks, _, _ = found(edition, "n4-r1-c")
    assert blocks.near == ()
    assert set(names(blocks.ask)) == {"Zar, in the town", "Alif, far in the region", "Everywhere by phone"}


@pytest.mark.parametrize("papers", [("No papers needed",), ("Документы не нужны",), ("Ҳуҷҷат лозим нест",), ("NONE",)])
def test_where_no_papers_are_asked_is_said_in_whatever_words_it_stands(edition, tiny_area, papers):
    made = card(entry(documents=papers), tiny_area, "en")
    answers = chosen(edition, choices.parse("n4-r1-a", edition), "en")
    assert "no papers asked" in answers.why(made)
    asked = card(entry(documents=("Passport or identity card",)), tiny_area, "en")
    assert "no papers asked" not in answers.why(asked)


@pytest.mark.parametrize(
    ("fields", "serves"),
    [
        ({}, True),
        ({"phones": (PhoneEntry("+992446000001"),)}, True),
        ({"phones": (PhoneEntry("1313"),)}, True),
        ({"phones": (PhoneEntry("+70000000001"), PhoneEntry("https://t.me/umed", "telegram"))}, False),
        ({"phones": (PhoneEntry("+70000000001"), PhoneEntry("+992446000001"))}, True),
        ({"phones": (PhoneEntry("+70000000001"),), "types": ("RET-TRM",)}, True),  # made for coming home
        ({"phones": (PhoneEntry("+70000000001"),), "types": ("RET-CON",)}, False),  # made for those who are there
        ({"phones": (PhoneEntry("+70000000001"),), "covers": ("XT-W",)}, True),  # it says so itself
        ({"phones": (PhoneEntry("https://t.me/umed", "telegram"),)}, True),
    ],
)
def test_a_number_abroad_serves_no_district_unless_it_says_so(tiny_area, fields, serves):
    assert visits.serves(entry(**fields), "XT-W2", tiny_area) is serves


@pytest.mark.parametrize(
    ("types", "brought"),
    [
        (("IDN-HOT",), ("No papers needed",)),  # a line: nobody shows papers to call it
        (("IDN-HOT", "PSY-COU"), ("Passport or identity card",)),
        (("PSY-COU",), ("Passport or identity card",)),
    ],
)
def test_nothing_is_brought_to_call_a_line(tiny_area, types, brought):
    line = entry(types=types, phones=(PhoneEntry("1313"),), documents=("Passport or identity card",))
    assert card(line, tiny_area, "en").documents == brought
    assert (line.papers == {"NONE"}) is (types == ("IDN-HOT",))


@pytest.mark.parametrize(
    ("fields", "stands"),
    [
        ({"types": ("IDN-HOT",)}, False),
        ({"types": ("IDN-HOT",), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, False),  # an office is no line
        ({"types": ("IDN-HOT",), "phones": (PhoneEntry("1313"),)}, True),
        ({"types": ("IDN-HOT", "PSY-COU"), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, True),
        ({"types": ("LEG-INF",), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, True),
        ({"types": ("LEG-INF",), "status": "defunct"}, False),
    ],
)
def test_a_line_without_a_number_stands_in_no_list(fields, stands):
    assert entry(**fields).listed is stands


def test_lists_are_cut_into_sheets_across_blocks(edition):
    blocks, _, _ = found(edition, "n4-r0-e")
    many = type(blocks)(near=blocks.near * 12, named=blocks.named * 4, later=blocks.later)
    sheets = sheets_of(many)
    assert sheets == -(-len(many) // SHEET)
    parts = [cut(many, sheet, sheets) for sheet in range(1, sheets + 1)]
    assert [len(part) for part in parts[:-1]] == [SHEET] * (sheets - 1)
    assert sum((part.near for part in parts), ()) == many.near
    assert sum((part.named for part in parts), ()) == many.named
    assert sum((part.later for part in parts), ()) == many.later
    for wrong in (0, sheets + 1):
        with pytest.raises(NotFound):
            cut(many, wrong, sheets)


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ({"freshness": "fresh"}, True),
        ({"freshness": "due"}, True),
        ({"freshness": "overdue"}, True),
        ({"freshness": "lapsed"}, False),
        ({"freshness": "unverified"}, False),
        ({"freshness": "fresh", "status": "temporarily closed"}, False),
    ],
)
def test_only_what_is_open_and_confirmed_is_offered_first(fields, may):
    assert first_choice(entry(**fields)) is may


def test_a_number_is_called_and_an_account_is_opened(tiny_area):
    phones = [PhoneEntry("https://t.me/umed", "telegram"), PhoneEntry("+992446000001"), PhoneEntry("javascript:x")]
    number, account, neither = calls(phones, tiny_area, "en")
    assert (number.href, number.spoken) == ("tel:+992446000001", True)
    assert (account.href, account.shown, account.spoken) == ("https://t.me/umed", "Telegram", False)
    assert (neither.href, neither.spoken) == ("", False)


def test_a_town_is_not_said_twice(tiny_area):
    names = tiny_area.unit("XT-W2").names
    same = ServicePlace(id="p", city=names["ru"], area_unit="XT-W2")
    assert place_name(same, tiny_area, "en") == tiny_area.label("XT-W2", "en")
    other = ServicePlace(id="p", city="Gulzor", area_unit="XT-W2")
    assert place_name(other, tiny_area, "en") == f"Gulzor, {tiny_area.label('XT-W2', 'en')}"


def test_known_conditions_are_said_in_the_pages_language():
    assert condition("Only with a police report", "ru") == "Только с заявлением в органы внутренних дел"
    assert condition("bring a friend", "ru") == "bring a friend"


def test_a_provider_that_speaks_for_itself_has_no_tick(app):
    own = entry(freshness="fresh", verification_level="self-reported", verified_on=dt.date(2026, 9, 1))
    called = entry(freshness="fresh", verification_level="phone", verified_on=dt.date(2026, 9, 1))
    assert check(own, "en").sign != "✓"
    assert check(called, "en").sign == "✓"


def test_short_codes():
    assert short_code("5f2a9c01-1111-5222-8333-444455556666") == "5F2A-9C01"
    assert short_code("ab") == "AB"


@pytest.mark.parametrize(
    ("language", "names", "row"),
    [
        ("en", ("English", "Russian"), ("English", "Russian")),
        ("ru", ("Английский", "Русский", "Язык жестов"), ("Английский", "русский", "язык жестов")),
        ("tg", ("Тоҷикӣ", "Русӣ"), ("Тоҷикӣ", "русӣ")),
        ("uz", ("O‘zbek tili", "Rus tili"), ("O‘zbek tili", "rus tili")),
        ("ru", (), ()),
    ],
)
def test_names_of_languages_are_small_after_the_first(language, names, row):
    assert in_a_row(names, language) == row


@pytest.mark.parametrize(
    ("fields", "block"),
    [
        ({"types": ("IDN-OUT",)}, ""),  # a team that goes to people
        ({"types": ("LEG-DOC",)}, ""),  # an office whose place is not told
        ({"types": ("PSY-PEE",)}, ""),  # a group whose place is never told
        ({"types": ("IDN-OUT",), "covers": ("XN",)}, "named"),
        ({"types": ("IDN-OUT",), "covers": ("XN",), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, "named"),
        ({"types": ("IDN-HOT",)}, "named"),
        ({"types": ("IDN-HOT",), "covers": ("XT",)}, "named"),
        ({"types": ("IDN-HOT",), "covers": ("XT-E",)}, ""),
        ({"types": ("PSY-CRI",)}, "named"),
        ({"types": ("RET-RCP",)}, "named"),  # made for coming home
        ({"types": ("IDN-HOT",), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, "named"),  # calls come to it
        ({"types": ("IDN-HOT", "PSY-CRI"), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, "named"),
        ({"types": ("PSY-CRI",), "places": (ServicePlace(id="p", area_unit="XT-W2"),)}, ""),
    ],
)
def test_only_what_reaches_abroad_is_listed_there(edition, tiny_area, fields, block):
    callable_ = entry(phones=(PhoneEntry("+992446000001"),), **fields)
    assert choices.place_of(callable_, choices.parse("n2-xn-a", edition), tiny_area) == block


@pytest.fixture
def lines_of(tmp_path, tiny_area):
    """An edition with a line for each of these tuples of numbers."""

    def make(*numbers) -> Edition:
        parts = [organization("Nav")]
        for place_, phones in enumerate(numbers):
            hours = [("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")] if place_ == 0 else []
            line = {"of": "Nav", "types": ["IDN-HOT"], "covers": ["XT"], "phones": phones, "hours": hours}
            parts.append(service(f"Line {place_}", **line, **FRESH))
        return Edition(published(tmp_path, tiny_area, *parts), tiny_area)

    return make


def test_who_is_abroad_is_given_a_number_that_works_there(lines_of):
    edition = lines_of(["1313"], ["+992446000001"])
    assert line_for(edition, "en", abroad=False).call.dial == "1313"
    assert line_for(edition, "en", abroad=True).call.dial == "+992446000001"


def test_who_is_abroad_is_not_given_a_number_that_does_not_work_there(lines_of):
    edition = lines_of(["1313"])
    assert line_for(edition, "en", abroad=True) is None
    assert sheet_of(edition, choices.parse("n4-zz-a", edition), "en").line is None
    assert sheet_of(edition, choices.parse("n4-r1-a", edition), "en").line.call.dial == "1313"


def test_a_line_of_another_country_is_not_named_at_home(lines_of):
    edition = lines_of(["+77270000001"])
    assert line_for(edition, "en", abroad=False) is None
    assert line_for(edition, "en", abroad=True).call.dial == "+77270000001"


def test_a_card_abroad_has_its_international_number_first(lines_of):
    edition = lines_of(["0001", "1313", "+992446000001"])
    shown = sheet_of(edition, choices.parse("n2-zz-a", edition), "en")
    assert [call.dial for call in shown.blocks.named[0].calls] == ["+992446000001"]


@pytest.mark.parametrize(
    ("fields", "fit"),
    [
        ({"types": ("ACC-FAM",), "serves": ("HH-DEP",)}, "yes"),
        ({"types": ("ACC-GBV",)}, "ask"),
        ({"types": ("ACC-GBV",), "excludes": ("AGE-CHI",)}, "no"),
        ({"types": ("ACC-CHI",), "serves": ("AGE-CHI",)}, "no"),
        ({"types": ("ACC-FAM",), "serves": ("HH-DEP",), "minimum_age": 18}, "yes"),
        ({"types": ("ACC-FAM",), "serves": ("HH-DEP",), "minimum_age": 30}, "ask"),
        ({"types": ("HLT-PHC",), "serves": ("AGE-CHI",)}, "yes"),
        ({"types": ("PSY-COU",)}, "yes"),
    ],
)
def test_a_parent_with_a_child_is_sent_where_both_are_taken(fields, fit):
    assert choices.fits(entry(**fields), "f") == fit


def test_no_answer_leads_to_an_empty_list(edition):
    for code in ("n5-r1", "n4-xn", "n9-r2"):
        choice = choices.parse(code, edition)
        for _, options in who(edition, choice, "en").groups:
            for option in options:
                sheet = sheet_of(edition, choices.parse(option.path.removesuffix(".html"), edition), "en")
                assert sheet.total or sheet.far or sheet.statements, option.path
