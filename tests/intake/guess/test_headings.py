"""What headings speak of, whatever their ending, cut short or asked as questions, in four languages."""

import pytest

from mapping.intake.guess.headings import bound_of, day_of, field_of


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Название учреждения", "organization"),
        ("Назв. орг.", "organization"),
        ("Ташкилот, роҳбар", "organization"),
        ("Руководитель", "contact"),
        ("Чем помогаете", ""),
        ("Чем помогают", "service"),
        ("Намуди кӯмак", "service"),
        ("Услуги платные?", "cost"),
        ("Пулакӣ ё ройгон", "cost"),
        ("Pullik/bepul", "cost"),
        ("С кем работают", "serves"),
        ("Барои кӣ", "serves"),
        ("Who can come?", "serves"),
        ("Кого вы не принимаете?", "excludes"),
        ("Кому отказываете", "excludes"),
        ("Дел в месяц", "capacity"),
        ("Manzili", "address"),
        ("Где находится", "address"),
        ("Тел./факс", "phone"),
        ("Контакты", "phone"),
        ("Контактное лицо", "contact"),
        ("На каких языках говорят?", "languages"),
        ("Шумораи катҳо", "capacity"),
        ("Joylar soni", "capacity"),
        ("Арзи ҷуғрофӣ", "latitude"),
        ("Реж. раб.", "hours"),
        ("Вақти қабул", "hours"),
        ("Работает ли служба сейчас?", "status"),
        ("Проверено кем", "verified_by"),
        ("Когда и кем подтверждено", "verified_by"),
        ("Kim koʻrishi mumkin", "marking"),
        ("Кӣ дида метавонад?", "marking"),
        ("Who can see it", "marking"),
        ("Действует до", ""),
        ("Row no", "key"),
        ("e-mail", "email"),
        ("Эл. адрес", "email"),
        ("Почтовый адрес", "address"),
        ("Язык обслуживания", "languages"),
        ("Забонҳои хизматрасонӣ", "languages"),
        ("Functional (Y/N)", "status"),
        ("Y", "latitude"),
        ("Целевые группы", "serves"),
        ("Район обслуживания", "covers"),
        ("На сколько человек рассчитано", ""),
        ("Размер обуви", ""),
    ],
)
def test_a_heading_speaks_of_a_field(heading, field):
    assert field_of(heading) == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Час открытия: с", ""),
        ("Часы: с", "opens"),
        ("Часы: до", "closes"),
        ("Opening hours", "opens"),
        ("Hours until", "closes"),
        ("Возраст от", "minimum_age"),
        ("Age to", "maximum_age"),
        ("Аз чанд сола (синну сол)", "minimum_age"),
        ("Возраст", ""),
        ("Телефон с", ""),
    ],
)
def test_a_heading_asks_for_a_bound(heading, field):
    assert bound_of(heading) == field


def test_days_of_the_week_are_met_in_every_language():
    assert [day_of(name) for name in ("Чоршанбе", "Juma", "вс", "Sat", "будни", "Восеъ")] == [
        "wednesday",
        "friday",
        "sunday",
        "saturday",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Lat / Long", "coordinates"),
        ("Lat/Long", "coordinates"),
        ("Sub-county", "unit"),
        ("Клиенты", "serves"),
        ("Установа", "organization"),
        ("Адрес электронной почты", "email"),
        ("Когда вы работаете?", "hours"),
        ("grp_hours/days", "hours"),
        ("grp_contact/phone1", "phone"),
        ("Time of service", "hours"),
        ("Strada", "address"),
        ("Vârsta", "ages"),
        ("Gratuit?", "cost"),
        ("Линия", "organization"),
        ("Line number 7", "key"),
        ("Номер", "phone"),
        ("Номер строки", "key"),
    ],
)
def test_headings_as_lists_of_others_have_them(heading, field):
    assert field_of(heading) == field


def test_in_russian_the_dots_of_a_letter_may_be_left_out():
    assert field_of("Партнёр") == field_of("Партнер") == "organization"
