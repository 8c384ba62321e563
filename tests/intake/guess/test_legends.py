"""Short words that a list explains itself."""

import pytest

from mapping.formats import Sheet
from mapping.intake.guess.legends import legends
from mapping.intake.read import read
from mapping.language.taxonomy import Vocabulary, term_id
from tests.support.sample import TODAY


def term_id_of(code):
    return term_id(Vocabulary.load("service_types").term(code))


def taught(*rows):
    return legends([Sheet("", [list(row) for row in rows])])


@pytest.mark.parametrize(
    "text",
    [
        "ЮК – юридическая консультация",
        "Сокращения: УБ - убежище; ЮК - юридическая консультация",
        "ЮК = юридическая консультация",
        "юридическая консультация (ЮК)",
    ],
)
def test_a_line_explains_a_short_word(text):
    assert taught(["Список"], [text], ["Организация", "Услуга"])["service"]["юк"] == "LEG-INF"


def test_a_table_of_two_columns_explains_short_words_and_numbers():
    item = "Помощь оказывают независимо от того, согласен ли человек давать показания или сотрудничать с милицией."
    words = taught(["ТД", "телефон доверия"], ["1.1", item], ["+", "выполняется"])
    assert words == {"service": {"тд": "IDN-HOT"}, "standard": {"1.1": "STD-001"}}


def test_what_is_explained_in_two_ways_or_means_nothing_known_is_not_taught():
    assert taught(["ЮК – юридическая консультация"], ["ЮК – телефон доверия"]) == {}
    assert taught(["РТ – Республика"], ["телефон доверия (РТ)"]) == {}


@pytest.mark.parametrize("name", ["Фонд «Умед» и труда", "Северный фонд", "Список групп"])
def test_the_last_word_of_a_name_is_no_short_word(name):
    assert taught([f"{name} – юридическая консультация"]) == {}


def test_a_list_is_read_by_its_own_legend_and_says_so(tmp_path, tj_area):
    rows = ["Сокращения: ЮК – юридическая консультация;;", "Организация;Район;Услуга"]
    rows += [f"Центр «Умед {n}»;Восеъ;{kind}" for n, kind in enumerate(("ЮК", "ТД", "ЮК"))]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows), "utf-8")
    batch = read(path, area=tj_area, today=TODAY)
    assert [kind.taxonomy_term_id for kind in batch.of("attribute")] == [term_id_of("LEG-INF")] * 2
    texts = [str(issue) for issue in batch.issues]
    assert any("the list explains short words: 'юк' is LEG-INF" in text for text in texts)
    assert any("сокращения: «юк» — это Юридическая консультация" in issue.into("ru") for issue in batch.issues)
    assert any("'ТД' is no kind of help that we know" in text and "is it Hotline or helpline" in text for text in texts)


def test_a_word_that_everybody_knows_is_not_explained_by_a_cell():
    assert "serves" not in taught(["Организация", "Кому"], ["Умед", "женщины - жертвы ТЛ"])


def test_a_short_word_that_everybody_knows_is_not_explained_by_a_cell():
    assert taught(["женщины и дети – жертвы насилия"], ["женщины, дети - пострадавшие от насилия"]) == {}
