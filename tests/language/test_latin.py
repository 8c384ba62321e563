"""Latin letters by rule, and the two signs of Uzbek that look like apostrophes."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.language.fold import APOSTROPHES, coarse
from mapping.language.i18n import catalogue
from mapping.language.latin import latin
from mapping.language.taxonomy import TERMS


@pytest.mark.parametrize(
    ("name", "english", "uzbek"),
    [
        ("Хуҷанд", "Khujand", "Xujand"),
        ("Кӯлоб", "Kulob", "Koʻlob"),
        ("Ғарм", "Gharm", "Gʻarm"),
        ("Қалъаихумб", "Qalaikhumb", "Qalʼaixumb"),
        ("Ёвон", "Yovon", "Yovon"),
        ("Шуъбаи ҳифзи иҷтимоии № 903", "Shubai hifzi ijtimoii № 903", "Shuʼbai hifzi ijtimoii № 903"),
        ("ҶДММ «Нур»", "JDMM «Nur»", "JDMM «Nur»"),
        ("Юридическая клиника", "Yuridicheskaya klinika", "Yuridicheskaya klinika"),
        ("Елена Соловьева", "Yelena Solovyeva", "Yelena Solovyeva"),
        ("Ward 5", "Ward 5", "Ward 5"),
    ],
)
def test_names_are_written_by_rule(name, english, uzbek):
    assert (latin(name, "en"), latin(name, "uz")) == (english, uzbek)
    assert latin(name, "tg") == latin(name, "ru") == name


@given(st.text("абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя -", max_size=30))
def test_nothing_cyrillic_is_left_and_the_search_meets_both(name):
    for language in ("en", "uz"):
        assert not re.search(r"[\u0400-\u04ff]", latin(name, language))


@pytest.mark.parametrize("name", ["Хуҷанд", "Кӯлоб", "Пулбони Субҳ", "Фонуси Адлия", "Маркази дастгирии занон"])
def test_the_search_meets_a_name_in_both_scripts(name):
    assert coarse(latin(name, "en")) == coarse(name)
    assert coarse(latin(name, "uz")) == coarse(name)


UZBEK_SIGN = re.compile(f"(?<=[^\\W\\d_])[{APOSTROPHES}](?=[^\\W\\d_])|(?<=[oOgG])[ʻ‘]")


def uzbek_signs(text: str) -> str:
    """Write the signs of Uzbek as they are: ʻ after o and g, ʼ elsewhere within a word, for any apostrophe."""

    def sign(match: re.Match[str]) -> str:
        return "ʻ" if text[match.start() - 1] in "oOgG" else "ʼ"

    return UZBEK_SIGN.sub(sign, text)


def test_uzbek_signs_are_one():
    assert uzbek_signs("O‘zbek, g'oya, ma'no, ta’lim, to`g`ri") == "Oʻzbek, gʻoya, maʼno, taʼlim, toʻgʻri"
    assert uzbek_signs("«Nur» 'so‘z'") == "«Nur» 'soʻz'"


def test_all_texts_in_uzbek_use_the_two_signs():
    found = [text for text in catalogue("uz").values() if uzbek_signs(text) != text]
    for path in TERMS.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found += [
                row["label_uz"]
                for row in csv.DictReader(file)
                if uzbek_signs(row.get("label_uz") or "") != (row.get("label_uz") or "")
            ]
    assert found == []
    assert not [text for text in catalogue("uz").values() if re.search("[oOgG]ʼ(?=[a-z])", text)]
