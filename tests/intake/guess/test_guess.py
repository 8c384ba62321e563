"""Guessing a column map: from names in four languages, from merged headings, from what stands in the cells."""

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.guess.column_map import guessed, guessed_map
from mapping.intake.guess.draft import drafted
from mapping.intake.guess.headings import field_of
from mapping.intake.read import draft_map, read
from mapping.language.taxonomy import vocabulary
from mapping.registry import format_of
from tests.support.sample import TODAY


@pytest.fixture(scope="module")
def area(tj_area) -> StudyArea:
    return tj_area


def test_a_name_does_not_stand_against_its_cells(area):
    rows = [["Организация", "Контакт", "Телефон"]] + [[f"Центр {n}", f"+99293100{n:04}", "нет"] for n in range(30)]
    found = guessed([Sheet("", rows)], area)
    assert found.fields["phone"] == ["Контакт"]


@pytest.mark.parametrize("number", ["2-15-{}", "8 (495) 200-30-{}", "4 00 {}"])
def test_numbers_that_their_town_makes_whole_do_not_stand_against_the_name_of_their_column(area, number):
    rows = [["Организация", "Город", "Телефон"], *([f"Центр {n}", "Бохтар", number.format(n)] for n in range(10, 30))]
    assert guessed([Sheet("", rows)], area).fields["phone"] == ["Телефон"]


def test_a_column_of_numbers_to_dial_holds_phones_whatever_number_its_heading_means(area):
    """Numbers that are dialled have signs between their digits, and those of rows have none."""
    head = ["Name", "Number", "Notes"]
    dialled = [["Umed", "(3475) 5-18-90", ""], ["Nur", "93 100 20 01", ""], ["Sabo", "44 640 20 20", ""]]
    assert guessed([Sheet("", [head, *dialled])], area).fields["phone"] == ["Number"]
    counted = [["Umed", "51890", ""], ["Nur", "51891", ""], ["Sabo", "51892", ""]]
    assert "phone" not in guessed([Sheet("", [head, *counted])], area).fields


def test_a_column_of_numbers_and_mail_holds_phones(area):
    rows = [
        ["Organization", "Phone / e-mail"],
        *([f"Umed {n}", f"+992 93 100 20 0{n}\numed{n}@umed.example"] for n in range(4)),
    ]
    assert guessed([Sheet("", rows)], area).fields["phone"] == ["Phone / e-mail"]


def test_a_column_of_internal_numbers_is_never_kept(area):
    rows = [["Denumirea", "Telefon", "Telefon de serviciu (intern)"], *([f"Umed {n}", "022 11-10-0", ""] for n in "12")]
    rows[1][2] = "069 111 001"
    guess = guessed([Sheet("", rows)], area)
    assert guess.fields["phone"] == ["Telefon"]
    assert "Telefon de serviciu (intern)" in guess.private


def test_hours_told_in_words_do_not_stand_against_the_name_of_their_column(area):
    cells = ("с понедельника по пятницу с десяти до шести", "круглые сутки", "будни 10–18, сб по записи", "всегда")
    rows = [["Организация", "Режим"], *([f"Центр {n}", cell] for n, cell in enumerate(cells))]
    assert guessed([Sheet("", rows)], area).fields["hours"] == ["Режим"]


def test_codes_are_no_numbers_to_dial_and_the_day_of_a_licence_is_no_check(area):
    head = ["Facility code", "Facility name", "Services", "Licence date", "Tel"]
    rows = [
        [f"TJ-3-01{n}", f"Centre {n}", "legal advice", f"0{n - 10}.06.2020", f"3252 2-62-{n}"] for n in range(11, 17)
    ]
    fields = guessed([Sheet("", [head, *rows])], area).fields
    assert fields["phone"] == ["Tel"]
    assert "verified_on" not in fields


def test_a_column_of_yes_and_no_is_no_place(area):
    """The letters of an answer may be those of a town."""
    head = ["Организация", "Вы согласны?", "Город"]
    rows = [["Умед", "Да", "Хуҷанд"], ["Нур", "Нет", "Кӯлоб"], ["Сабо", "Да", "Хуҷанд"]]
    assert guessed([Sheet("", [head, *rows])], area).fields["place"] == ["Город"]


def test_headings_over_merged_cells_that_are_filled_are_of_two_rows(area):
    """As in tables of Word, in which each merged cell has its text."""
    head = [
        ["Номи муассиса", "Суроға", "Суроға", "Телефон", "Телефон", "Эзоҳ"],
        ["Номи муассиса", "Ноҳия", "Кӯча, хона", "Қабулгоҳ", "Хати боварӣ", "Эзоҳ"],
        ["1", "2", "3", "4", "5"],
    ]
    rows = [["Умед", "Айнӣ", "Борбад 41", "93 100 20 01", ""], ["Нур", "Восеъ", "Айнӣ 4", "", "93 100 20 02"]]
    guess = guessed([Sheet("", [*head, *rows])], area)
    assert guess.header.rows == 2
    assert guess.names[1:3] == ["Суроға / Ноҳия", "Суроға / Кӯча, хона"]


def test_columns_of_yes_and_no_tell_the_kinds_of_help(area):
    rows = [["nom", "nohiya", "ravonshinos", "narkolog"]] + [[f"P {n}", "Восеъ", "ҳа", "не"] for n in range(9)]
    columns = guessed_map([Sheet("", rows)], "points", area)
    assert columns.shape == "place"
    assert columns.services == {"ravonshinos": "PSY-COU", "narkolog": "HLT-SUB"}


def test_sheets_of_one_shape_are_one_list(area):
    head = ["Наименование", "Район", "Телефон", "Услуга"]
    sheets = [Sheet(name, [head, [f"Центр {name}", "Восеъ", "1313", "горячая линия"]]) for name in ("Север", "Юг")]
    columns = guessed_map([*sheets, Sheet("О файле", [["Составлено комиссией"]])], "register", area)
    assert columns.sheets.only == ["Север", "Юг"]


def test_names_in_two_languages_are_names_of_one_body(area):
    rows = [["№", "Наименование", None, "Район"], [None, "на русском языке", "на таджикском языке", None]]
    rows += [[n, f"Центр {n}", f"Маркази {n}", "Восеъ"] for n in range(9)]
    found = guessed([Sheet("", rows)], area)
    assert found.fields["organization.ru"] == ["Наименование / на русском языке"]
    assert found.fields["organization.tg"] == ["Наименование / на таджикском языке"]


def test_what_needs_no_map_says_so(tmp_path, area):
    from mapping.render.export import export
    from tests.support.sample import sample_view

    with sample_view(tmp_path, area) as view:
        export(view, tmp_path / "list.xlsx", area=area, name="workbook")
    with pytest.raises(FormatError, match="needs no column map"):
        draft_map(tmp_path / "list.xlsx", tmp_path / "x.toml", area=area)


@pytest.mark.parametrize(
    "heading", ["latitude", "Latitude", "Широта", "Timestamp", "Отметка времени", "_submission_time"]
)
def test_a_heading_that_says_what_it_is_wins_over_its_cells(area, heading):
    """Seven digits are no phone under such a heading."""
    rows = [["Organization", "Service", "District", heading]]
    rows += [[f"Centre {n}", "legal advice", "Восеъ", f"37221{n:04}"] for n in range(20)]
    found = guessed([Sheet("", rows)], area)
    assert heading not in found.fields.get("phone", [])
    assert heading in (*found.open, *found.private)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("-18.0", "178.4"),
        ("17°32'S", "177°41'E"),
        ("17 32 05 S", "179 58 12 W"),
        ("38.5", "-68"),
        ("ю.ш. 17.5", "з.д. 70"),
    ],
)
def test_points_of_any_hemisphere_and_precision_are_points_under_their_headings(area, lat, lon):
    rows = [["Organization", "Service", "lat", "lon"]] + [[f"Centre {n}", "legal advice", lat, lon] for n in range(9)]
    found = guessed([Sheet("", rows)], area)
    assert (found.fields["latitude"], found.fields["longitude"]) == (["lat"], ["lon"])


@pytest.mark.parametrize(
    "heading", ["Можно ли публиковать?", "May we publish?", "Иҷозати нашр", "Nashr qilishga ruxsat"]
)
def test_a_question_of_consent_is_the_marking_row_by_row(area, heading):
    rows = [["Organization", "Service", heading]] + [
        [f"Centre {n}", "legal advice", ("Да", "Нет")[n % 2]] for n in range(9)
    ]
    assert guessed([Sheet("", rows)], area).fields["marking"] == [heading]


@pytest.mark.parametrize(
    ("heads", "shape"),
    [
        (("Agreement no", "From", "To", "Services", "Signed"), "agreement"),
        (("№ договора", "Направляющая организация", "Принимающая организация", "Услуга"), "agreement"),
        (("Рақами созишнома", "Ташкилоти фиристанда", "Ташкилоти қабулкунанда", "Хизмат"), "agreement"),
        (("Организация", "Услуга", "Стандарт", "Ответ", "Дата"), "assessment"),
        (("From", "To", "Service", "Signed", "Status"), "agreement"),
        (("Организация 1", "Организация 2", "Услуги", "Подписано", "Действует до"), "agreement"),
        (("№", "Направляющая организация", "Принимающая организация", "Вид документа", "Дата"), "agreement"),
        (("Yuboruvchi tashkilot", "Qabul qiluvchi tashkilot", "Hujjat turi", "Imzolangan sana"), "agreement"),
        (("Organization", "Service", "Checklist item", "Met?"), "assessment"),
        (("Organisation", "Service", "Standard code", "Result", "Date"), "assessment"),
    ],
)
def test_agreements_and_answers_are_no_services(area, heads, shape):
    rows = [list(heads)] + [[f"{n}", "Umed", "Nur", "legal advice", "2026-01-02"][: len(heads)] for n in range(9)]
    assert guessed_map([Sheet("", rows)], "x", area).shape == shape


@pytest.mark.parametrize("heading", ["Возраст", "Age", "Age group", "Синну сол", "Yosh"])
def test_a_column_of_ages_is_known_by_its_heading(area, heading):
    rows = [["Организация", "Вид услуги", heading, "Сол"], ["Умед", "юрист", "18+", "2024"], ["Нур", "юрист", "", ""]]
    assert guessed_map([Sheet("", rows)], "list", area).fields["ages"] == [heading]


def test_a_list_of_services_with_an_end_is_no_list_of_agreements(area):
    heads = ["Organization", "Service", "District", "Open to", "Valid to", "Who may come"]
    rows = [heads] + [[f"Centre {n}", "legal advice", "Восеъ", "all", "2027-01-01", "women"] for n in range(9)]
    assert guessed_map([Sheet("", rows)], "x", area).shape == "service"


def looked(tmp_path, area, rows, **merged):
    """Read a workbook of some rows without a map."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged.get("cells", ()):
        book.active.merge_cells(cells)
    book.save(tmp_path / "list.xlsx")
    return read(tmp_path / "list.xlsx", area=area, today=TODAY)


HEADS = ["№", "Организация", "Район", "Телефон", "Услуга", "Дата проверки"]
LIST = [[n, f"ОО «Умед {n}»", "г. Худжанд", f"90 000 11 2{n}", "психолог", 46266 + n] for n in range(4)]


def told(batch):
    return [str(issue) for issue in batch.issues]


def test_days_as_a_spreadsheet_counts_them_are_read_under_a_heading_that_says_so(tmp_path, area):
    batch = looked(tmp_path, area, [HEADS, *LIST])
    days = [str(check.verified_on) for check in batch.of("verification")]
    assert days == ["2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04"]


def test_headings_under_merged_cells_are_joined_where_others_are_merged_downwards(tmp_path, area):
    upper = ["№", "Организация", "Где", "", "Телефон", "Услуга"]
    lower = ["", "", "Район", "Адрес", "", ""]
    rows = [[n, f"ОО «Умед {n}»", "г. Худжанд", f"ул. Айни, 90{n}", "90 000 11 22", "психолог"] for n in range(4)]
    merged = ["C1:D1", *(f"{letter}1:{letter}2" for letter in "ABEF")]
    batch = looked(tmp_path, area, [upper, lower, *rows], cells=merged)
    assert (batch.rows, len(batch.of("service")), len(batch.of("address"))) == (4, 4, 4)


def test_a_list_without_rows_and_columns_that_nobody_knows_are_told(tmp_path, area):
    assert any("no row stands under the names of the columns" in text for text in told(looked(tmp_path, area, [HEADS])))
    rows = [[*row, "что-то"] for row in LIST]
    assert any(
        "not read, since nothing tells what stands there: 'Прочее'" in text
        for text in told(looked(tmp_path, area, [[*HEADS, "Прочее"], *rows]))
    )


def test_sheets_that_call_the_same_things_otherwise_are_one_list_and_others_are_told(area):
    north = [["Организация", "Услуга", "Телефон", "Для кого"], ["ОО «Умед»", "психолог", "900001122", "женщины"]]
    south = [["Название НПО", "Чем помогают", "Контакты", "Целевая группа"], ["ОО «Нур»", "юрист", "900001133", "все"]]
    other = [["Читать до конца"], ["Не пересылать"]]
    columns = guessed_map([Sheet("С", north), Sheet("Ю", south), Sheet("читать", other)], "register", area)
    assert columns.sheets.only == ["С", "Ю"]
    assert columns.fields["organization"] == ["Организация", "Название НПО"]
    assert columns.fields["serves"] == ["Для кого", "Целевая группа"]
    assert any("no part of the list" in note and "'читать'" in note for note in columns.notes)


QUESTION = "Какую помощь вы оказываете?"
SURVEY = [
    "Организация",
    QUESTION,
    f"{QUESTION}/Психолог",
    f"{QUESTION}/Юрист / адвокат",
    f"{QUESTION}/Другое",
    "Другое, укажите",
    "Дни работы",
    "Часы: с",
    "Часы: до",
]


def test_a_column_for_each_day_holds_the_hours(tmp_path, area):
    heads = ["Организация", "Услуга", "Дш", "Сш", "Чш", "Пш", "Ҷм", "Шн", "Яш"]
    rows = [
        ["ОО «Умед»", "психолог", *["8-15"] * 5, "8-12", "—"],
        ["ОО «Нур»", "юрист", "24/7", *[None] * 6],
    ]
    batch = looked(tmp_path, area, [heads, *rows])
    spans = {(span.byday, span.opens_at, span.closes_at) for span in batch.of("schedule")}
    week = "MO,TU,WE,TH,FR,SA,SU"
    assert spans == {
        *((day, "08:00", "15:00") for day in week.split(",")[:5]),
        ("SA", "08:00", "12:00"),
        (week, "00:00", "23:59"),
    }


def test_names_stand_under_service_where_another_column_names_the_kinds(area):
    rows = [["Country", "Service", "Category", "Tel"]]
    rows += [["Tajikistan", f"Line number {n}", ("hotline", "legal aid")[n % 2], f"+99293100{n:04}"] for n in range(9)]
    columns = guessed_map([Sheet("", rows)], "lines", area)
    assert (columns.fields["organization"], columns.fields["service"]) == (["Service"], ["Category"])


def test_every_column_of_phones_counts(tmp_path, area):
    heads = ["Организация", "Услуга", "Телефон", "Второй телефон"]
    batch = looked(tmp_path, area, [heads, ["ОО «Умед»", "психолог", "+992931002001", "+992931002002"]])
    assert {phone.number for phone in batch.of("phone")} == {"+992931002001", "+992931002002"}


def test_whether_something_works_is_answered_with_yes_and_no(tmp_path, area):
    heads = ["Организация", "Услуга", "Работает сейчас?"]
    rows = [["ОО «Умед»", "психолог", "Да"], ["ОО «Нур»", "юрист", "нет"]]
    assert [service.status for service in looked(tmp_path, area, [heads, *rows]).of("service")] == [
        "active",
        "inactive",
    ]


def test_of_two_questions_of_consent_the_one_about_publishing_is_the_marking(area):
    heads = ["Организация", "Услуга", "Вы согласны ответить?", "Можно ли публиковать?"]
    rows = [heads, *([f"Центр {n}", "психолог", "Да", ("Да", "Нет")[n % 2]] for n in range(5))]
    assert guessed_map([Sheet("", rows)], "x", area).fields["marking"] == ["Можно ли публиковать?"]


def test_headings_of_parts_place_their_rows_and_make_no_entries(tmp_path, area):
    heads = ["Организация", "Услуга", "Адрес", "Телефон"]
    rows = [
        ["1", "2", "3", "4"],
        ["Согдийская область"],
        ["ОО «Умед»", "психолог", "Худжанд, ул. Айни 3", "900001122"],
        ["ОО «Нур»", "юрист", "ул. Айни 5", "900001133"],
        heads,
        ["г. Хорог"] * 4,
        ["ОО «Сабо»", "-//-", "адрес не разглашается", "900001144"],
        ["* кроме праздников"],
    ]
    batch = looked(tmp_path, area, [["Список"], heads, *rows])
    (khujand, sughd, khorugh) = batch.of("location")
    assert (khujand.area_unit, sughd.area_unit, khorugh.area_unit) == ("3505401", "TJ-SU", "3590401")
    assert khorugh.precision == "none"
    assert (batch.rows, batch.refused) == (3, [])
    assert any("it stands under 'г. Хорог'" in text for text in told(batch))


@pytest.mark.parametrize(
    ("heading", "cell", "kind"),
    [
        ("Плата", "нет", "free"),
        ("Услуги платные?", "да", "tariff"),
        ("Free?", "yes", "free"),
        ("Бесплатно", "нет", "tariff"),
        ("Pullik/bepul", "bepul", "free"),
        ("Pullik/bepul", "ha", None),
    ],
)
def test_yes_and_no_answer_what_a_heading_asks_of_cost(tmp_path, area, heading, cell, kind):
    rows = [["Организация", "Услуга", heading], ["ОО «Умед»", "психолог", cell], ["ОО «Нур»", "юрист", cell]]
    costs = {cost.option for cost in looked(tmp_path, area, rows).of("cost_option")}
    assert costs == ({kind} if kind else set())


def test_a_person_beside_the_name_of_a_body_is_no_part_of_it_and_stays_private(tmp_path, area):
    heads = ["Организация, руководитель", "Услуга", "тел/факс/эл.почта"]
    batch = looked(tmp_path, area, [heads, ["ОО «Умед»\nрук. Каримова З.", "психолог", "900001122\numed@umed.example"]])
    (body,), (contact,) = batch.of("organization"), batch.of("contact")
    assert (body.name, body.email) == ("ОО «Умед»", "umed@umed.example")
    assert (contact.name, contact.audience) == ("рук. Каримова З.", "custodian")


def test_a_column_of_addresses_alone_places_its_rows_and_is_kept(tmp_path, area):
    rows = [["Организация", "Услуга", "Где"]]
    rows += [["ОО «Умед»", "психолог", "Худжанд, 8 мкр, д. 11"], ["ОО «Нур»", "юрист", "г. Хорог"]]
    batch = looked(tmp_path, area, rows)
    assert [place.area_unit for place in batch.of("location")] == ["3505401", "3590401"]
    assert [address.address_1 for address in batch.of("address")] == ["Худжанд, 8 мкр, д. 11", "г. Хорог"]


HEADINGS = [
    *SURVEY,
    "Назв.",
    "Service",
    "Тип",
    "Category",
    "Адрес",
    "Где",
    "Пн",
    "Вт",
    "Ср",
    "Чт",
    "Пт",
    "Плата",
    "",
    "x",
]
CELLS = ["ОО «Умед» (Каримова З.)", "юрист", "Худжанд", "900001122", "8-17", "да", "0", "-//-", "адрес скрыт", "", None]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=10, unique=True).flatmap(
        lambda heads: st.lists(
            st.lists(st.sampled_from(CELLS), min_size=len(heads), max_size=len(heads)), max_size=6
        ).map(lambda rows: [heads, *rows])
    )
)
def test_any_headings_give_a_map_of_columns_that_are_there_or_a_reason(tj_area, rows):
    try:
        columns = guessed_map([Sheet("", rows)], "list", tj_area)
    except FormatError:
        return
    there = {*rows[0], *(f"column {n + 1}" for n, name in enumerate(rows[0]) if not name)}
    assert {name for names in columns.fields.values() for name in names} <= there


def test_one_column_of_phones_and_faxes_is_that_of_the_phones(area):
    rows = [["Организация", "Услуга", "Тел. / факс"], *([f"Умед {n}", "юрист", f"+99237221000{n}"] for n in range(5))]
    assert guessed_map([Sheet("", rows)], "x", area).fields["phone"] == ["Тел. / факс"]


def test_a_fax_beside_the_phone_stays_a_fax(area):
    rows = [["Организация", "Услуга", "Телефон", "Телефон / факс"]]
    rows += [[f"Умед {n}", "юрист", f"+99237221000{n}", f"+99237222000{n}"] for n in range(5)]
    fields = guessed_map([Sheet("", rows)], "x", area).fields
    assert (fields["phone"], fields["fax"]) == (["Телефон"], ["Телефон / факс"])


def test_the_mail_of_who_filled_a_form_in_is_not_kept(area):
    rows = [["Отметка времени", "Адрес электронной почты", "Организация", "Услуга", "Адрес офиса"]]
    rows += [
        [f"0{n}.11.2026 9:05:11", f"a{n}@example.org", f"Умед {n}", "юрист", f"ул. Мнимая {n}"] for n in range(1, 6)
    ]
    columns = guessed_map([Sheet("", rows)], "x", area)
    assert columns.fields["address"] == ["Адрес офиса"]
    assert columns.private == ["Отметка времени", "Адрес электронной почты"]


def test_what_asks_for_day_and_night_leaves_the_hours_to_their_columns(area):
    head = ["org/name", "srv/service", "hours/open24", "hours/days", "hours/from", "hours/to", "_gps_precision"]
    rows = [head, *([f"Umed {n}", "legal aid", "no", "mon tue", "08:00", "17:00", "4.9"] for n in range(5))]
    fields = guessed_map([Sheet("", rows)], "x", area).fields
    assert (fields["hours"], fields["opens"], fields["closes"]) == (["hours/days"], ["hours/from"], ["hours/to"])
    assert "precision" not in fields


def test_ticks_stand_under_kinds_of_help_that_are_cut_short(area):
    rows = [["Организация", "Район", "Юрид.", "Псих.", "Пандус"]]
    rows += [[f"Умед {number}", "Яван", "+-"[number % 2], "-+"[number % 2], "да"] for number in range(6)]
    assert guessed_map([Sheet("", rows)], "x", area).services == {"Юрид.": "LEG", "Псих.": "PSY"}


def test_what_stands_over_the_kinds_of_organizations_tells_no_kind_of_help(area):
    rows = [["Organization", "Type of organization (shelter, NGO)", "City"]]
    rows += [["Umed", "NGO", "Khujand"], ["Nur", "state", "Kulob"]]
    guess = guessed([Sheet("", rows)], area)
    assert guess.fields["organization_kind"] == [rows[0][1]]
    assert guess.asks_kind


FORM = [
    "Your name (enumerator)",
    "Name of the service provider",
    "District",
    "What services are offered?",
    "Phone for the public",
    "Phone of the manager (internal)",
    "Minimum age",
    "_GPS location_latitude",
    "_GPS location_longitude",
]
ANSWERS = ["Malika A.", "Bureau Adl", "Yovon", "Legal aid", "3141 20141", "93 111 01 41", "18", "38.31", "69.04"]


def test_whoever_filled_a_survey_in_is_no_organization_and_an_internal_number_no_number(tmp_path, area):
    batch = looked(tmp_path, area, [FORM, ANSWERS])
    assert [body.name for body in batch.of("organization")] == ["Bureau Adl"]
    assert [phone.number for phone in batch.of("phone")] == ["+992314120141"]
    (place,) = batch.of("location")
    assert (place.latitude, place.longitude) == (38.31, 69.04)
    assert [service.minimum_age for service in batch.of("service")] == [18]


@pytest.mark.parametrize(
    ("remark", "note"),
    [
        ("92 800 02 33 (не для печати)", True),
        ("92 800 02 33 private", True),
        ("92 800 02 33 шахсӣ", True),
        ("92 800 02 33 дежурный", False),
    ],
)
def test_a_number_beside_words_of_silence_is_for_custodians_whatever_is_approved(tmp_path, area, remark, note):
    batch = looked(
        tmp_path, area, [["Организация", "Район", "Телефон", "Услуга"], ["ОО «Умед»", "Восе", remark, "юрист"]]
    )
    assert any("shown to nobody" in line for line in told(batch)) is note


@pytest.mark.parametrize("cell", ["не работает с 2024 г.", "муваққатан кор намекунад", "closed since 2024", "yopilgan"])
def test_what_stands_instead_of_the_hours_closes_the_service(tmp_path, area, cell):
    rows = [[f"ОО «Умед {n}»", "Восе", "юрист", cell if n == 0 else "пн-пт 9-17"] for n in range(3)]
    batch = looked(tmp_path, area, [["Организация", "Район", "Услуга", "Часы работы"], *rows])
    assert [service.status == "active" for service in batch.of("service")] == [False, True, True]


def test_what_closes_next_year_works_now_and_is_told(tmp_path, area):
    row = ["ОО «Умед»", "Восе", "юрист", "закрывается 31.12.2027"]
    batch = looked(tmp_path, area, [["Организация", "Район", "Услуга", "Примечание"], row])
    assert [service.status for service in batch.of("service")] == ["active"]
    assert any("31 December 2027 on" in line for line in told(batch))


def test_a_column_of_days_is_no_check_without_its_heading_saying_so(tmp_path, area):
    rows = [[f"ОО «Умед {n}»", "Восе", "юрист", f"30.0{n + 1}.2026"] for n in range(4)]
    batch = looked(tmp_path, area, [["Организация", "Район", "Услуга", "Договор до"], *rows])
    assert not [check for check in batch.of("verification") if check.verified_on]


def test_a_list_whose_names_no_heading_calls_so_is_read_and_says_so(tmp_path, area):
    rows = [[f"ОО «Умед {n}»", "Восе", "юрист", f"90 000 11 2{n}"] for n in range(4)]
    batch = looked(tmp_path, area, [["Точка", "Район", "Услуга", "Телефон"], *rows])
    assert len([*batch.of("service")]) == 4
    assert any("taken for it" in line for line in told(batch))


def test_ages_in_two_columns_need_no_second_word_for_age(tmp_path, area):
    rows = [[f"ОО «Умед {n}»", "Восе", "юрист", 7, 17] for n in range(3)]
    batch = looked(tmp_path, area, [["Организация", "Район", "Услуга", "Возраст от", "до"], *rows])
    assert {(service.minimum_age, service.maximum_age) for service in batch.of("service")} == {(7, 17)}


@pytest.mark.parametrize(
    ("name", "groups", "kind"),
    [
        ("ОО «Умед»", "пенсионеры", "INC-SOC"),
        ("Дневной центр для пожилых", "", "INC-SOC"),
        ("ОО «Умед»", "дети 3-6 лет", "CHP-FRI"),
        ("ОО «Умед»", "", "CHP-FRI"),
    ],
)
def test_a_day_centre_is_for_children_unless_it_is_for_grown_people(tmp_path, area, name, groups, kind):
    batch = looked(
        tmp_path, area, [["Организация", "Район", "Услуга", "Для кого"], [name, "Восе", "дневной центр", groups]]
    )
    assert kinds_of(batch) == {kind}


def kinds_of(batch):
    names = {record.id: record.code for record in vocabulary() if hasattr(record, "code")}
    return {names[part.taxonomy_term_id] for part in batch.of("attribute") if part.link_type == "service_type"}


def test_nobody_left_out_is_no_unknown_group(tmp_path, area):
    rows = [["ОО «Умед»", "Восе", "юрист", "Никого, принимаем всех"], ["ОО «Нур»", "Восе", "юрист", "ҳеҷ касро"]]
    batch = looked(tmp_path, area, [["Организация", "Район", "Услуга", "Кого не принимаете?"], *rows])
    assert not [line for line in told(batch) if "no group" in line]


@pytest.mark.parametrize(("remark", "told_of"), [("летом с 7 до 14", False), ("переехали", True), ("AR, DE", False)])
def test_of_a_remark_only_a_move_is_told(tmp_path, area, remark, told_of):
    heads = ["Организация", "Район", "Услуга", "Часы работы", "Адрес", "Примечание"]
    batch = looked(tmp_path, area, [heads, ["ОО «Умед»", "Восе", "юрист", "пн-пт 9-17", "ул. Айни", remark]])
    assert any("seems to say this: address" in line for line in told(batch)) == told_of
    assert not any("seems to say this" in line and "address" not in line for line in told(batch))


def test_each_part_of_a_list_tells_the_kind_of_help_of_its_rows_where_no_column_does(area):
    heads = ["Организация", "Район", "Телефон"]
    sheets = [Sheet(name, [heads, ["ОО «Умед»", "Восе", "900001122"]]) for name in ("Legal aid", "Psychologist")]
    columns = guessed_map(sheets, "x", area)
    assert "service" not in columns.constants


@pytest.mark.parametrize(
    "heading", ["Ограничения (кого не берём)", "Restrictions", "Who can you not serve? Exclusion criteria"]
)
def test_a_heading_of_those_who_are_left_out_is_none_of_those_helped(tmp_path, area, heading):
    batch = looked(
        tmp_path, area, [["Организация", "Район", "Услуга", heading], ["ОО «Умед»", "Восе", "юрист", "мужчин"]]
    )
    links = {part.link_type for part in batch.of("attribute")}
    assert links == {"service_type", "excludes"}


def test_words_under_a_heading_that_nobody_knows_are_looked_at_as_remarks(tmp_path, area):
    heads = ["Организация", "Район", "Услуга", "Квазы"]
    rows = [["ОО «Умед»", "Восе", "юрист", "закрыто с 2024"], ["ОО «Нур»", "Восе", "юрист", "адрес никому не давать"]]
    batch = looked(tmp_path, area, [heads, *rows])
    assert [service.status for service in batch.of("service")] == ["inactive", "active"]
    assert any("asks that this be not shown" in line for line in told(batch))
    assert any("'Квазы'" in line for line in told(batch))


def test_numbers_under_the_name_of_a_line_are_numbers_and_no_names_of_bodies():
    rows = [
        ["Organisation / Service", "City", "Helpline", "Type of assistance"],
        ["Fund Umed", "Juybor", "0312 11-22-33", "legal aid"],
        ["Fund Nur", "Gulobod", "0700 11 22 33", "legal aid"],
        ["Fund Orzu", "Juybor", "03922 5 11 22", "medical care"],
    ]
    fields = guessed_map([Sheet("S", rows)], "list").fields
    assert fields["phone"] == ["Helpline"]
    assert fields["organization"] == ["Organisation / Service"]


@pytest.mark.parametrize("beside", ["+992 92 111 22 33", "info@sabo.example"])
def test_a_row_with_a_number_or_mail_holds_no_names_of_columns(beside):
    rows = [
        ["Members", "Region", "Services provided", "Reach us"],
        ["NGO Sabo (desk)", "Address in Juybor", "Shelter", beside],
        ["NGO Nur", "Gulobod", "legal aid", beside],
    ]
    columns = guessed_map([Sheet("S", rows)], "list")
    assert columns.fields["unit"] == ["Region"]
    assert columns.fields["organization"] == ["Members"]


def test_partners_of_a_network_are_bodies():
    rows = [["Partner", "Region", "Services provided"], ["NGO Sabo", "Juybor", "Shelter"], ["NGO Nur", "", "Shelter"]]
    assert guessed_map([Sheet("S", rows)], "list").fields["organization"] == ["Partner"]


def test_a_sheet_of_people_who_were_helped_is_no_list(area):
    cases = [["№ дела", "ФИО заявительницы", "Город", "Услуга"], ["7/26", "Назарова Г.", "Куляб", "юридическая помощь"]]
    with pytest.raises(FormatError, match="lists people who were helped"):
        guessed_map([Sheet("Учёт", cases)], "x", area)
    services = [["Организация", "Услуга", "Город"], ["Умед", "юридическая помощь", "Куляб"]]
    made = guessed_map([Sheet("Учёт", cases), Sheet("Услуги", services)], "x", area)
    assert made.sheets.only == ["Услуги"]
    assert any("Учёт" in note and "people" in note for note in made.notes)


@pytest.mark.parametrize(
    ("title", "head", "rows"),
    [
        (
            "",
            ["Name", "Sex", "Age", "Support given"],
            [["Zulfiya R.", "F", 24, "shelter"], ["boy", "M", 15, "legal aid"]],
        ),
        ("Beneficiary register", ["Name", "District", "Service"], [["Zulfiya R.", "Rudaki", "legal aid"]]),
        ("Рӯйхати ҷабрдидагон", ["Ном", "Ноҳия", "Хизмат"], [["Зулфия Р.", "Рӯдакӣ", "ёрии ҳуқуқӣ"]]),
    ],
)
def test_people_who_were_helped_are_known_by_a_title_or_by_the_sex_and_age_of_each(area, title, head, rows):
    with pytest.raises(FormatError, match="lists people who were helped"):
        guessed_map([Sheet("1", [[title], head, *rows])], "x", area)


def test_counts_of_people_by_sex_and_age_list_no_people(area):
    head = ["Год", "Район", "Пол", "Возраст", "Выявлено жертв"]
    rows = [["2024", "Куляб", "ж", 16, 4], ["2024", "Куляб", "ж", 17, 6], ["2025", "Восе", "м", 17, 3]]
    for title in ("Статистика", "Список пострадавших по полу и возрасту"):
        with pytest.raises(FormatError, match='shape = "case"'):
            guessed([Sheet("1", [[title], head, *rows])], area)


@pytest.mark.parametrize(
    ("title", "head", "row"),
    [
        ("Список служб для пострадавших", ["Организация", "Услуга", "Пол", "Возраст"], ["Умед", "юрист", "Ж", "18+"]),
        ("Client services register", ["Organization", "Service", "Sex", "Ages"], ["Umed", "legal aid", "all", "18"]),
    ],
)
def test_services_for_people_of_a_sex_and_an_age_list_no_people(area, title, head, row):
    assert guessed_map([Sheet("1", [[title], head, row])], "x", area).fields["organization"]


def test_a_list_of_staff_is_no_list_of_services(area):
    head = ["Центр", "Должность", "Ф.И.О.", "Сотовый"]
    rows = [["ЦПЖ Бохтар", "психолог", f"Назарова Г. {n}", f"90 000 00 1{n}"] for n in range(4)]
    for columns in (guessed_map, drafted):
        with pytest.raises(FormatError, match="lists people who work there"):
            columns([Sheet("1", [["Сотрудники кризисных центров"], head, *rows])], "x", area)
    told = guessed_map([Sheet("1", [[*head, "Услуга"], *([*row, "психолог"] for row in rows)])], "x", area)
    assert told.fields["service"] == ["Услуга"]
    assert "Должность" in told.private


def test_the_column_whose_cells_differ_is_supposed_to_name_the_bodies(area):
    cells = [["Georgia", f"Nest {word}", "legal aid", ""] for word in ("Nur", "Umed", "Sabo")]
    rows = [["Land", "Wer", "Service", "Phone"], *cells]
    assert guessed_map([Sheet("1", rows)], "x", area).fields["organization"] == ["Wer"]


def test_tables_of_a_sheet_that_share_only_bodies_and_kinds_of_help_are_one_list(area):
    first = [["Район", "Учреждение", "Что делает", "Отметка"], ["Куляб", "Кабинет «Насим»", "психолог", ""]]
    second = [["Название НПО", "Контакты", "Услуги", "Для кого"], ["ОО «Саҳар»", "90 000 00 11", "адвокат", "женщины"]]
    columns = guessed_map([Sheet("1", first), Sheet("1 2", second)], "x", area)
    assert columns.sheets.only == ["1", "1 2"]
    assert {*columns.fields["service"]} == {"Что делает", "Услуги"}


def test_people_are_no_organizations(area):
    head = ["Лечащий врач", "Фамилия", "Имя", "Услуга", "Телефон"]
    rows = [head, *([f"Азимов {n}", "Азимов", "Х.", "юридическая помощь", f"+992 37 221 10 0{n}"] for n in range(4))]
    with pytest.raises(FormatError):
        guessed_map([Sheet("", rows)], "x", area)


def test_what_a_report_was_asked_for_is_no_row_of_names(area):
    rows = [["Реестр"], ["Условие:", "Район Равно Яван"], ["Поставщик.Наименование", "Услуга", "Телефон", "Действует"]]
    rows += [[f"ООО Умед {n}", "юридическая помощь", f"+992 37 221 10 0{n}", "Нет"] for n in range(4)]
    made = guessed_map([Sheet("", rows)], "x", area)
    assert made.header.rows == 1
    assert made.fields["status"] == ["Действует"]


def test_a_row_with_numbers_to_dial_names_no_columns(area):
    rows = [["Подразделение", "Вид помощи", "Улица", "Ответственный, телефоны"]]
    rows += [["ОВД Явана", "милиция", f"ул. Марказӣ {n}", f"деж. 2-21-0{n}, нач. Назаров"] for n in range(6)]
    made = guessed_map([Sheet("", rows)], "x", area)
    assert made.fields["organization"] == ["Подразделение"]
    assert made.fields["phone"] == ["Ответственный, телефоны"]


def test_the_number_of_a_contact_person_is_his_where_the_body_has_its_own(area):
    rows = [["Organization", "Service", "Office phone", "Phone of focal person"]]
    rows += [[f"Umed {n}", "legal aid", f"+992 37 221 10 0{n}", f"+992 92 700 10 0{n}"] for n in range(4)]
    made = guessed_map([Sheet("", rows)], "x", area)
    assert (made.fields["phone"], "Phone of focal person" in made.private) == (["Office phone"], True)
    alone = guessed_map([Sheet("", [row[:2] + row[3:] for row in rows])], "x", area)
    assert alone.fields["phone"] == ["Phone of focal person"]


def test_what_address_books_and_databases_add_is_nobodys_list(area):
    head = ["Organization Name", "Last Name", "Service", "Address 1 - Label", "Address 1 - Street", "EditDate"]
    rows = [head, *([f"Umed {n}", "Azimov", "legal aid", "Work", f"ул. Айни {n}", "11/20/2026"] for n in range(4))]
    made = guessed_map([Sheet("", rows)], "x", area)
    assert made.fields["address"] == ["Address 1 - Street"]
    assert made.fields["organization"] == ["Organization Name"]
    assert "verified_on" not in made.fields


def test_ticks_under_a_group_of_columns_tell_kinds_of_help(area):
    rows = [
        ["Who does what"],
        ["", "Legal aid", "PSS", "", "Where"],
        ["Partner", "Advice", "Single", "Group", ""],
    ]
    rows += [[f"Umed {n}", "x", "(x)" if n == 2 else "", "X", "Khujand / Isfara"] for n in range(4)]
    made = guessed_map([Sheet("", [*rows, ["Total", "4", "1", "4", ""]])], "x", area)
    assert made.shape == "place"
    assert made.services == {
        "Legal aid / Advice": "LEG-INF",
        "PSS / Single": "PSY",
        "PSS / Group": "PSY-PEE",
    }


def test_headings_of_a_database_have_no_spaces(area):
    head = ["НомерЗаписи", "НазваниеОрганизации", "ТипПомощи", "РежимРаботы"]
    rows = [head, *([f"{n}", f"Фонд Умед {n}", "юридическая помощь", "пн-пт 9-17"] for n in range(4))]
    fields = guessed_map([Sheet("", rows)], "x", area).fields
    assert (fields["organization"], fields["hours"]) == (["НазваниеОрганизации"], ["РежимРаботы"])


def test_a_question_about_the_phone_alone_says_nothing_of_the_row(area):
    head = ["Организация", "Услуга", "Телефон", "Публиковать телефон?", "Публиковать?"]
    rows = [[f"Умед {n}", "юридическая помощь", f"+992 37 221 10 0{n}", "нет", "да"] for n in range(4)]
    assert guessed_map([Sheet("", [head, *rows])], "x", area).fields["marking"] == ["Публиковать?"]
    alone = guessed_map([Sheet("", [head[:4], *(row[:4] for row in rows)])], "x", area)
    assert "marking" not in alone.fields


def test_questions_of_a_database_have_no_spaces(tmp_path, area):
    path = tmp_path / "list.csv"
    lines = ["OrgName,Service,OfficePhone,IsActive,MayPublish", "Umed 1,legal aid,+992 37 221 10 01,FALSE,TRUE"]
    lines += [f"Umed {n},legal aid,+992 37 221 10 0{n},TRUE,FALSE" for n in (2, 3)]
    path.write_text("\n".join(lines), encoding="utf-8")
    made = guessed_map(list(format_of(path).read(path)), "x", area)
    assert (made.fields["status"], made.fields["marking"]) == (["IsActive"], ["MayPublish"])
    batch = read(path, area=area, today=TODAY)
    assert [service.status for service in batch.of("service")] == ["inactive", "active", "active"]
    assert sum("may publish" in issue.problem and "FALSE" in issue.problem for issue in batch.issues) == 2


def test_a_column_of_numbers_to_dial_is_that_of_the_phones(area):
    rows = [["Организация", "Услуга", "Куда"]]
    rows += [[f"Умед {n}", "юридическая помощь", f"2-44-1{n} (вахта)"] for n in range(4)]
    assert guessed_map([Sheet("", rows)], "x", area).fields["phone"] == ["Куда"]


@pytest.mark.parametrize(
    ("born", "helped_with"),
    [("Год рождения", "Вид оказанной помощи"), ("Date of birth", "Help given"), ("Tugʻilgan yili", "Yordam turi")],
)
def test_whoever_was_born_is_no_organization(area, born, helped_with):
    rows = [["Ахметова Г. С.", 1991, "юридическая"], ["Ким О. В.", 2001, "приют"]]
    for name in ("ФИО", "Name", "№"):
        with pytest.raises(FormatError, match="lists people who were helped"):
            guessed_map([Sheet("2026", [[name, born, helped_with], *rows])], "x", area)


def test_the_birthday_of_a_director_makes_no_list_of_people(area):
    head = ["Организация", "Дата рождения руководителя", "Услуга"]
    rows = [["Общественная организация «Умед»", "01.02.1970", "юридическая помощь"]]
    assert guessed_map([Sheet("1", [head, *rows])], "x", area).fields["organization"] == ["Организация"]


def test_a_short_word_of_a_heading_is_no_other_that_sounds_like_it():
    assert field_of("Full address") == "address"  # "faol" is the Uzbek for active
    assert field_of("Tel") == "phone"  # "til" is the Uzbek for language
    assert [field_of(name) for name in ("ёши", "Ном", "Тел.", "№")] == ["ages", "organization", "phone", "key"]


def test_numbers_of_towns_under_a_heading_of_telephones_are_numbers(area):
    rows = [
        ["Ташкилот", "Манзил", "", "Телефон", ""],
        ["", "ноҳия", "кӯча", "шаҳрӣ", "мобилӣ"],
        ["1", "2", "3", "4", "5"],
        ["Умед", "Бохтар", "Вахдат 3", "(3222) 2-24-10", "93 700 12 13"],
        ["Нур", "Кӯлоб", "Сино 4", "1146", ""],
        ["Сабо", "Восеъ", "Айнӣ 2", "3311 2-22-33", "93 700 55 01"],
    ]
    for town in ("шаҳрӣ", "шаҳр", "town"):
        rows[1][3] = town
        fields = guessed_map([Sheet("S", rows)], "x", area).fields
        assert fields["phone"] == [f"Телефон / {town}", "Телефон / мобилӣ"]
        assert "place" not in fields


def test_a_column_of_mostly_yes_and_no_is_help_of_which_the_rest_is_told(area):
    rows = [
        ["Организация", "Район", "Приют", "Юр. помощь", "Психолог"],
        ["Умед", "Бохтар", "есть", "+", "+"],
        ["Нур", "Куляб", "нет", "да", "да"],
        ["Сабо", "Восе", "+", "", "+"],
        ["Роҳ", "Фархор", "нет", "по запросу", "?"],
    ]
    made = guessed_map([Sheet("S", rows)], "x", area)
    assert made.shape == "place"
    assert made.services == {"Приют": "ACC", "Юр. помощь": "LEG", "Психолог": "PSY-COU"}


def column_of(area, heading, cells):
    """Return what a column is taken for beside the names of bodies, and why."""
    rows = [["Organization", heading], *([f"Centre {n}", cell] for n, cell in enumerate(cells))]
    guess = guessed([Sheet("", rows)], area)
    taken = next((name for name, columns in guess.fields.items() if heading in columns), "")
    return taken, guess.why.get(heading, "")


@pytest.mark.parametrize(
    ("heading", "cells", "taken"),
    [
        ("Barangay_PSGC", [f"0128{n:05}" for n in range(30)], ""),
        ("Zone", [f"90{n:07}" for n in range(30)], ""),  # numbers of the country, and codes by their form
        ("Zone", [f"90 {n:03} 11 22" for n in range(30)], "phone"),
        ("Phone", [f"90{n:07}" for n in range(30)], "phone"),
        ("Status", ["works", "closed", "works", "works"], "status"),
        ("Status", [f"Policy, advocacy and training on mental health no. {n}" for n in range(9)], ""),
        ("Public", [f"Femmes, enfants {n}" for n in range(20)], "serves"),
        ("Public", [f"Section {n}" for n in range(20)], ""),
        ("ID", ["anna", "bob", "anna", "bob", "anna"], ""),
        ("ID", ["a1", "a2", "a3", "a4", "a5"], "key"),
        ("Free of charge?", ["yes", "no", "yes", "no"], "cost"),
        ("Type", ["NGO", "NGO", "government", "NGO"], "organization_kind"),
    ],
)
def test_values_are_looked_at_before_a_heading_is_believed(area, heading, cells, taken):
    assert column_of(area, heading, cells)[0] == taken


def test_codes_that_could_be_phones_are_asked_about(area):
    assert column_of(area, "Zone", [f"90{n:07}" for n in range(30)])[1].startswith("PERHAPS phones")


def test_a_street_is_no_organization_beside_the_agency(area):
    rows = [["StName", "Agency", "Service"], *([f"Main St {n}", f"Umed {n}", "legal advice"] for n in range(5))]
    assert guessed_map([Sheet("", rows)], "x", area).fields["organization"] == ["Agency"]
