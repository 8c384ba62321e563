"""Questions of consent and reviews are known by their headings, in four languages and many wordings."""

import pytest

from mapping.language.parsers.permission import asks_consent, is_review, refuses

ASKED = [
    "Можно ли публиковать?",
    "Можно ли опубликовать эти сведения?",
    "Согласны ли вы на публикацию",
    "Согласие на размещение на сайте",
    "Разрешаете показывать на карте?",
    "May we publish?",
    "May we publish this entry?",
    "Can this be made public?",
    "Consent to publish",
    "Permission to share this information publicly",
    "Do you agree to be listed?",
    "Consent",
    "Согласие",
    "Нашр кардан мумкин аст?",
    "Иҷозати нашр",
    "Розигӣ ба эълон",
    "Eʼlon qilish mumkinmi?",
    "Nashr qilishga ruxsat",
    "Chop etishga rozimisiz?",
    "Публиковать (да/нет)",
    "Показать на карте",
    "Открыть для всех?",
    "Даёте ли Вы согласие на внесение в открытый реестр?",
    "Согласие организации на включение в каталог",
    "Согласие (да/нет)",
    "Раздел 3 / Опубликовать: да/нет",
    "Publish (Y/N)",
    "OK to publish",
    "can_publish",
    "may_we_share",
    "Is it ok to make this public",
    "Can this go online?",
    "Visible on website",
    "Permission granted?",
    "Барои ҳама нишон додан мумкин?",
    "Харита нишон диҳем?",
    "Rozilik berilganmi?",
    "Rozilik (ha/yo‘q)",
    "На сайт",
    "Listing consent",
    "Consent of the organization",
    "Согласие руководителя",
    "В справочник?",
    "On website",
    "For the map",
    "Дар сомона",
    "Saytga",
    "Эълон килса буладими",
    "E'lon qilsa bo'ladimi",
]
FORBIDDING = [
    "Не публиковать",
    "Не для публикации",
    "Do not publish",
    "do_not_share",
    "Not for publication",
    "Нашр накунед",
    "Nashr qilmang",
]
OTHER = [
    "Published on",
    "Название организации",
    "Public transport",
    "Consent form used for clients",
    "Согласие клиента на передачу данных",
    "Список услуг",
    "Примечания: открыто – можно показывать всем",
    "Phone",
    "District",
    "Who may come?",
    "Языки",
    "Date of publication",
    "Публикации",
    "Согласие родителей",
    "Can help in a crisis?",
    "Можно ли прийти без записи?",
    "Work permit",
    "Показания",
    "Show location as",
    "Услуги (можно несколько)",
    "Разрешение на работу (помощь)",
]


@pytest.mark.parametrize("heading", ASKED)
def test_a_question_of_consent_is_known(heading):
    assert asks_consent(heading)
    assert asks_consent(heading.casefold())


@pytest.mark.parametrize("heading", OTHER)
def test_other_columns_ask_nothing(heading):
    assert not asks_consent(heading)


@pytest.mark.parametrize(
    "answer", ["Нет", "нет.", "No", "не", "yo‘q", "0", "-", "", "?", "только телефон", "later", "да, но не адрес"]
)
def test_only_a_clear_yes_lets_a_row_be_shown(answer):
    assert refuses("Можно ли публиковать?", answer)


@pytest.mark.parametrize("heading", ["Consent given by", "Согласие от", "Consent by the coordinator of shelter X"])
def test_who_agreed_is_no_answer_of_yes_or_no(heading):
    assert not asks_consent(heading)
    assert asks_consent("Consent given by the director")
    assert asks_consent("Согласие руководителя")


@pytest.mark.parametrize("answer", ["Да", "yes", "ҳа", "Ha", "1", "+"])
def test_a_yes_does(answer):
    assert refuses("May we publish?", answer) is None


def test_a_review_holds_back_unless_it_was_passed():
    assert is_review("_validation_status")
    for held in (
        "Not Approved",
        "Не одобрено",
        "тасдиқ нашуд",
        "On Hold",
        "validation_status_not_approved",
        "validation_status_on_hold",
        "rejected",
        "hasIssues",
    ):
        assert refuses("_validation_status", held)
    for passed in ("Approved", "validation_status_approved", "", "Одобрено", "тасдиқ шуд", "Tasdiqlangan"):
        assert refuses("_validation_status", passed) is None


@pytest.mark.parametrize("heading", FORBIDDING)
def test_a_column_that_forbids_is_read_the_other_way_round(heading):
    assert asks_consent(heading)
    for answer in ("да", "yes", "x", "?", "кроме телефона"):
        assert refuses(heading, answer)
    for answer in ("нет", "no", ""):
        assert refuses(heading, answer) is None


@pytest.mark.parametrize("heading", ["grp_loc/show_location", "Show the address?", "grp/consent_publish"])
def test_a_survey_asks_by_the_last_of_its_names(heading):
    assert refuses(heading, "no") is not None
    assert refuses(heading, "yes") is None
