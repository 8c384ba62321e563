"""Drafts of lists whose rows are no services: every column gets the field of its own shape, in four languages."""

import tomllib

import pytest

from mapping.column_map import ColumnMap
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.guess.column_map import guessed, guessed_map
from mapping.intake.guess.draft import drafted
from mapping.intake.guess.headings import named


@pytest.fixture(scope="module")
def area(tj_area):
    return tj_area


DAYS = ["2024-03-01", "2025-02-11", "2026-01-02"]


def draft(area, *rows):
    return ColumnMap.model_validate(tomllib.loads(drafted([Sheet("", [list(row) for row in rows])], "x.csv", area)))


AGREEMENTS = {
    "ru": ("Кто направляет", "Куда направляют", "Вид документа", "Дата подписания", "Срок действия", "Комментарий"),
    "tg": ("Тарафи 1", "Тарафи 2", "Навъи ҳуҷҷат", "Санаи имзо", "Эътибор дорад то", "Эзоҳ"),
    "uz": (
        "Yuboruvchi tashkilot",
        "Qabul qiluvchi tashkilot",
        "Hujjat turi",
        "Imzolangan sana",
        "Amal qilish muddati",
        "Izoh",
    ),
    "en": (
        "Referring organisation",
        "Receiving organisation",
        "Type of document",
        "Date of signature",
        "Valid until",
        "Remarks",
    ),
}


@pytest.mark.parametrize("heads", AGREEMENTS.values(), ids=AGREEMENTS)
def test_a_list_of_agreements_is_drafted_with_its_own_fields(area, heads):
    columns = draft(area, heads, *(("ОО «Умед»", "ОО «Нур»", "договор", day, "2027-01-01", "-") for day in DAYS))
    fields = dict(zip(("from", "to", "document", "signed_on", "valid_to"), ([head] for head in heads), strict=False))
    assert (columns.shape, columns.fields, columns.private) == ("agreement", fields, [heads[-1]])


ACTIVITIES = {
    "ru": (
        "Организация",
        "Название мероприятия",
        "Район",
        "Сроки проведения",
        "Запланировано",
        "Охват, чел.",
        "Из них женщин",
    ),
    "tg": ("Номи ташкилот", "Номи чорабинӣ", "Ноҳия", "Муҳлат", "Дар нақша", "Шумораи иштирокчиён", "Аз онҳо занон"),
    "uz": ("Tashkilot nomi", "Tadbir nomi", "Tuman", "Muddati", "Reja", "Ishtirokchilar soni", "Shundan ayollar"),
    "en": (
        "Lead organisation",
        "Activity title",
        "District",
        "Period",
        "Planned people",
        "Number of participants",
        "Of whom women",
    ),
}


@pytest.mark.parametrize("heads", ACTIVITIES.values(), ids=ACTIVITIES)
def test_a_list_of_activities_is_drafted_with_its_own_fields(area, heads):
    rows = [("ОО «Умед»", "беседы", "Восеъ", "март 2026", 20 + n, 18 + n, 9) for n in range(4)]
    columns = draft(area, ("Отчёт",), heads, *rows)
    names = ("organization", "activity", "unit", "start", "planned", "reached", "reached_women")
    assert (columns.shape, columns.fields) == (
        "activity",
        {name: [head] for name, head in zip(names, heads, strict=True)},
    )


ANSWERS = {
    "ru": ("Название службы", "Вид помощи", "Пункт", "Оценка", "Дата проверки", "Кто проверил"),
    "tg": ("Номи ташкилот", "Навъи кумак", "Банд", "Баҳо", "Санаи санҷиш", "Кӣ санҷид"),
    "uz": ("Tashkilot nomi", "Yordam turi", "Mezon", "Javob", "Tekshiruv sanasi", "Kim tekshirdi"),
    "en": ("Organisation name", "Type of help", "Checklist item", "Result", "Visit date", "Checked by"),
}


@pytest.mark.parametrize("heads", ANSWERS.values(), ids=ANSWERS)
def test_a_list_of_answers_is_drafted_with_its_own_fields(area, heads):
    columns = draft(area, heads, *(("ОО «Умед»", "юрист", "STD-001", "да", day, "комиссия") for day in DAYS))
    names = ("organization", "service", "standard", "answer", "assessed_on", "assessed_by")
    assert (columns.shape, columns.fields) == (
        "assessment",
        {name: [head] for name, head in zip(names, heads, strict=True)},
    )


@pytest.mark.parametrize(
    ("ticks", "codes"),
    [
        (("Да", "Частично", "Нет"), ("met", "partly", "not met")),
        (("Ҳа", "Қисман", "Не"), ("met", "partly", "not met")),
        (("Ha", "Qisman", "Yoʻq"), ("met", "partly", "not met")),
        (("Yes", "Partly", "No"), ("met", "partly", "not met")),
    ],
)
def test_ticks_below_the_answers_are_choices_of_one_answer(area, ticks, codes):
    rows = [
        ("ОО «Умед»", "STD-001", "+", "", ""),
        ("ОО «Умед»", "STD-002", "", "✓", ""),
        ("ОО «Умед»", "STD-003", "", "", "x"),
    ]
    columns = draft(area, ("Организация", "Пункт", *ticks), *rows)
    assert columns.choices == {"answer": dict(zip(ticks, codes, strict=True))}
    assert columns.fields == {"organization": ["Организация"], "standard": ["Пункт"]}


def test_items_as_headings_are_the_items_that_their_cells_answer(area):
    columns = draft(area, ("Организация", "Услуга", "STD-001", "STD-007"), ("ОО «Умед»", "юрист", "да", "нет"))
    assert columns.standards == {"STD-001": "STD-001", "STD-007": "STD-007"}


CASES = {
    "ru": ("Показатель", "Область", "2023", "2024 г."),
    "tg": ("Нишондиҳанда", "Вилоят", "2023", "Соли 2024"),
    "uz": ("Koʻrsatkich", "Viloyat", "2023", "2024-yil"),
    "en": ("Indicator", "Region", "2023", "Year 2024"),
}


@pytest.mark.parametrize("heads", CASES.values(), ids=CASES)
def test_columns_of_years_are_counts_of_their_years(area, heads):
    columns = draft(area, ("Сводка",), heads, *(("Выявленные жертвы", "Хатлон", n, n + 1) for n in range(3)))
    assert columns.shape == "case"
    assert columns.fields == {"measure": [heads[0]], "unit": [heads[1]]}
    assert columns.headings == {heads[2]: {"year": "2023"}, heads[3]: {"year": "2024"}}


def test_a_title_says_of_all_counts_what_no_column_says(area):
    rows = [(unit, 3, 4) for unit in ("Хатлон", "Суғд", "ГБАО")]
    columns = draft(area, ("Выявленные жертвы, 2025",), ("Область", "женский", "мужской"), *rows)
    assert {name: columns.constants[name] for name in ("measure", "year")} == {
        "measure": "victims_identified",
        "year": "2025",
    }
    assert columns.headings == {"женский": {"sex": "female"}, "мужской": {"sex": "male"}}


def test_headings_in_two_rows_say_both(area):
    upper, lower = ("Область", "2023", "", "2024", ""), ("", "Женский", "Мужской", "Женский", "Мужской")
    columns = draft(area, ("Выявленные жертвы",), upper, lower, ("Хатлон", 1, 2, 3, 4), ("Суғд", 5, 6, 7, 8))
    assert columns.header.rows == 2
    assert columns.headings["2024 / Мужской"] == {"year": "2024", "sex": "male"}


def test_what_no_column_says_is_to_be_decided(area):
    heads = ("№", "Партнёр", "Вид документа", "Подписан", "Услуга")
    rows = [(n, "Больница «Нур»", "договор", day, "юрист") for n, day in enumerate(DAYS)]
    text = drafted([Sheet("", [list(row) for row in (("Реестр соглашений",), heads, *rows)])], "x.csv", area)
    assert '# from = "..."    # TO BE DECIDED' in text
    assert tomllib.loads(text)["fields"]["to"] == "Партнёр"


def test_people_and_remarks_of_such_a_list_are_private(area):
    heads = ("Кто направляет", "Кому", "Подписано", "Контактное лицо", "Примечание")
    guess = guessed(
        [Sheet("", [list(heads), *(["Умед", "Нур", day, "А. Б.", "x"] for day in DAYS)])], area, to_draft=True
    )
    assert guess.private == ["Контактное лицо", "Примечание"]


def test_the_longest_word_of_a_heading_names_its_field():
    assert named("Принимающая организация 1", "to") > named("Принимающая организация 1", "from") > 0
    assert named("Shoe size", "to") == 0


REPORTS = {
    "ru": ("Кто проводил", "Что сделали", "Где", "Когда", "Кол-во людей"),
    "tg": ("Кӣ баргузор кард", "Чӣ кор кардем", "Ноҳия", "Кай", "Чанд одам"),
    "uz": ("Kim qildi", "Nima qilingan", "Tuman", "Qachon", "Nechta odam"),
    "en": ("Done by", "What we did", "Where", "When", "How many people"),
}


@pytest.mark.parametrize("heads", REPORTS.values(), ids=REPORTS)
def test_a_report_that_never_says_activity_is_one_of_activities(area, heads):
    rows = [("ОО «Умед»", "беседы", "Восеъ", f"{n}-{n + 2} мая 2026", 20 + n) for n in range(1, 5)]
    columns = draft(area, ("2026",), heads, *rows)
    names = ("organization", "activity", "unit", "start", "reached")
    assert (columns.shape, columns.fields) == (
        "activity",
        {name: [head] for name, head in zip(names, heads, strict=True)},
    )
    with pytest.raises(FormatError, match='shape = "activity"'):
        guessed_map([Sheet("", [list(heads), *map(list, rows)])], "x", area)


@pytest.mark.parametrize(
    "heads",
    [
        ("Название", "Услуга", "Район", "Дата проверки", "Женщины", "Мужчины"),
        ("Organization", "Service", "District", "Period of work", "Women", "Phone"),
    ],
)
def test_a_list_of_services_for_women_is_none_of_activities(area, heads):
    rows = [[f"ОО «Умед {n}»", "юрист", "Восеъ", "01.02.2026", "+", "90 000 11 22"] for n in range(5)]
    assert guessed_map([Sheet("", [list(heads), *rows])], "x", area).shape == "service"


@pytest.mark.parametrize(
    ("title", "measure"),
    [
        ("Сведения о выявленных жертвах: выявленные жертвы торговли людьми по областям", "victims_identified"),
        ("Odam savdosi boʻyicha aniqlangan jabrlanganlar", "victims_identified"),
        ("Парвандаҳои ҷиноятӣ дар бораи савдои одамон", "criminal_cases"),
        ("Victims assisted by district", "victims_assisted"),
        ("Victims and other people", None),
    ],
)
def test_a_title_names_the_measure_among_other_words(area, title, measure):
    columns = draft(area, (title,), ("Область", "2023", "2024"), *((unit, 3, 4) for unit in ("Хатлон", "Суғд")))
    assert columns.constants.get("measure") == measure


def test_who_a_row_is_about_is_supposed_where_no_heading_says_it(area):
    rows = [(name, f"STD-00{n}", "да") for n, name in enumerate(("Умед", "Нур", "Сабо"), 1)]
    text = drafted([Sheet("", [list(row) for row in (("Кабинет", "Пункт", "Ответ"), *rows)])], "x.csv", area)
    assert 'organization = "Кабинет"    # PERHAPS' in text


def test_columns_that_are_called_by_organizations_hold_their_answers(area):
    rows = [(f"STD-00{n}", "да", "частично") for n in (1, 2, 3)]
    columns = draft(area, ("Свод",), ("Код", "ОО «Умед»", "Приют «Нур»"), *rows)
    assert columns.fields == {"standard": ["Код"]}
    assert columns.headings == {name: {"organization": name} for name in ("ОО «Умед»", "Приют «Нур»")}


def test_a_column_without_a_name_is_called_by_its_place(area):
    rows = [(what, 10 + n, 12 + n) for n, what in enumerate(("Investigations", "Prosecutions", "Convictions"))]
    columns = draft(area, ("Figures",), ("", "2022", "2023"), *rows)
    assert columns.fields == {"measure": ["column 1"]}
    assert columns.header.rows == 1


def test_a_total_beside_its_parts_counts_all_together(area):
    rows = [(2023 + n, 5 + n, 3, 8 + n) for n in range(3)]
    columns = draft(area, ("Выявленные жертвы",), ("Год", "Трудовая", "Сексуальная", "Итого"), *rows)
    values = {"Трудовая": {"exploitation": "labour"}, "Сексуальная": {"exploitation": "sexual"}, "Итого": {}}
    assert (columns.fields, columns.headings) == ({"year": ["Год"]}, values)


def test_participants_in_numbers_are_people_reached_and_in_words_a_group(area):
    for cells, field in ((("12", "30", "45"), "reached"), (("женщины", "дети", "студенты"), "target_group")):
        rows = [("ОО «Умед»", "беседы", "март 2026", cell, "Восеъ") for cell in cells]
        columns = draft(area, ("Организация", "Мероприятие", "Сроки", "Участники", "Район"), *rows)
        assert columns.fields[field] == ["Участники"]


@pytest.mark.parametrize("cell", ["30", "12.02.2026", "2026-02-12", "15,5", "40%"])
def test_a_row_with_numbers_or_days_is_no_row_of_names(area, cell):
    heads = ["Кабинет", "Чем занят", "Сколько"]
    rows = [[f"Маркази «Умед {n}»", "кумаки ҳуқуқӣ", cell] for n in range(4)]
    with pytest.raises(FormatError, match="no row looks like the names"):
        guessed_map([Sheet("", [heads, *rows])], "x", area)


def test_lines_above_the_headings_say_what_no_column_says(area):
    rows = [(f"STD-00{n}", "да") for n in (1, 2, 3)]
    lines = (("Организация: ОО «Умед»",), ("Дата проверки:", "05.10.2026"), ("Кто проверил: Анора",))
    columns = draft(area, *lines, ("Пункт", "Ответ"), *rows)
    said = {name: text for name, text in columns.constants.items() if name in ("organization", "assessed_on")}
    assert said == {"organization": "ОО «Умед»", "assessed_on": "05.10.2026"}
    assert columns.fields == {"standard": ["Пункт"], "answer": ["Ответ"]}
    assert "Анора" not in columns.model_dump_json()


def test_units_as_headings_are_those_of_their_counts(area):
    columns = draft(area, ("Выявленные жертвы",), ("Год", "Суғд", "Хатлон", "Итого"), (2023, 5, 4, 9), (2024, 7, 6, 13))
    assert columns.headings == {"Суғд": {"unit": "Суғд"}, "Хатлон": {"unit": "Хатлон"}, "Итого": {}}


def test_a_part_of_a_year_is_no_year(area):
    heads = ("Показатель", "За 2024 год", "За 9 мес. 2025 г.", "2026 (prelim.)")
    columns = draft(area, heads, *(("Выявленные жертвы", n, n, n) for n in range(3)))
    assert [*columns.headings.values()] == [
        {"year": "2024"},
        {"year": "2025", "period": "9 мес."},
        {"year": "2026", "period": "prelim"},
    ]


def test_papers_that_name_their_parties_are_agreements(area):
    cells = ("Меморандум между ОО «Умед» и ОО «Нур»", "Договор между ОО «Умед» и Больница «Сабо» о помощи")
    columns = draft(
        area,
        ("Перечень меморандумов",),
        ("Наименование", "Дата", "Срок"),
        *((cell, "1.2.2026", "2 года") for cell in cells),
    )
    assert columns.fields == {"parties": ["Наименование"], "signed_on": ["Дата"], "valid_to": ["Срок"]}


def test_the_organization_of_a_row_is_the_party_that_no_heading_names(area):
    heads = ("Ташкилот", "Ҳамкор ташкилот", "Ҳужжат тури", "Имзоланган сана")
    columns = draft(area, ("Келишувлар рўйхати",), heads, *(("Умед", "Нур", "шартнома", day) for day in DAYS))
    assert (columns.fields["from"], columns.fields["to"]) == (["Ташкилот"], ["Ҳамкор ташкилот"])


def test_scores_of_several_services_of_one_organization_are_answers(area):
    columns = draft(
        area,
        ["Самооценка по стандартам. Организация: Центр «Умед». Дата оценки: 22.10.2026"],
        ["№", "Стандарт", "Психологическая помощь", "Юридическая консультация", "Доказательство"],
        *([number, f"Требование {number}", number % 3, (number + 1) % 3, "бланк"] for number in range(1, 9)),
    )
    assert columns.shape == "assessment"
    assert columns.headings == {
        name: {"service": name} for name in ("Психологическая помощь", "Юридическая консультация")
    }
    assert columns.constants["organization"] == "Центр «Умед»"
    assert columns.constants["assessed_on"] == "22.10.2026"


def test_a_register_of_agreements_between_two_parties_in_one_cell(area):
    columns = draft(
        area,
        ["Реестр соглашений о взаимодействии"],
        ["№", "Стороны", "Вид док-та", "№ и дата", "Срок действия", "Срок ответа"],
        *([number, f"Умед {number} - Нур", "Меморандум", f"№ {number}", "3 года", "сутки"] for number in range(1, 6)),
    )
    assert columns.shape == "agreement"
    assert columns.fields["parties"] == ["Стороны"]
    assert columns.fields["valid_to"] == ["Срок действия"]


def test_columns_of_answers_called_by_the_numbers_of_items_are_a_checklist(tj_area):
    rows = [["Организация", "Дата", "Стандарт 1", "Стандарт 2"], ["Умед", "12.10.2026", "да", "частично"]]
    guess = guessed([Sheet("S", rows)], tj_area, to_draft=True)
    assert (guess.other, guess.standards) == ("assessment", {"Стандарт 1": "STD-001", "Стандарт 2": "STD-002"})
    assert "numbers alone" in drafted([Sheet("S", rows)], "x.xlsx", tj_area)
    rows = [["Organization", "Date", "Standard 1.1", "Standard 1.2"], ["Umed", "2026-10-12", "met", "not met"]]
    guess = guessed([Sheet("S", rows)], tj_area, to_draft=True)
    assert (guess.other, guess.standards, guess.headings) == ("assessment", {}, {})
    rows = [["Organization", "Service", "Standard 1", "Standard 2"], ["Umed", "shelter", "12 beds", "clean"]]
    assert not guessed([Sheet("S", rows)], tj_area, to_draft=True).other
