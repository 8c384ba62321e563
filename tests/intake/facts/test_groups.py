"""Whom a row says that a service helps: groups, ages, and who is left out."""

import pytest

from mapping.language.taxonomy import Vocabulary, term_id
from tests.fixtures.few_rows import HEADER, MAP, ROW, audiences, said, with_cells


@pytest.mark.parametrize(
    ("text", "ages", "groups"),
    [
        ("дети от 3 до 14", (3, 14), {("serves", "AGE-CHI")}),
        ("женщины, кроме беременных", (None, None), {("serves", "SEX-F"), ("excludes", "HH-PRG")}),
        ("все, кроме мужчин", (None, None), {("excludes", "SEX-M")}),
        ("все, кроме мужчин и детей", (None, None), {("excludes", "SEX-M"), ("excludes", "AGE-CHI")}),
        ("женщины, кроме пьющих и детей", (None, None), {("serves", "SEX-F"), ("excludes", "AGE-CHI")}),
        ("для всех", (None, None), set()),
        ("boys aged 7 to 12", (7, 12), {("serves", "SEX-M"), ("serves", "AGE-CHI")}),
        ("мужчины от 18 до 60 лет", (18, 60), {("serves", "SEX-M"), ("serves", "AGE-ADU")}),
        ("65+", (65, None), {("serves", "AGE-OLD")}),
        ("молодёжь 15–30", (15, 30), {("serves", "AGE-YOU"), ("serves", "AGE-ADU")}),
        ("женщины с детьми до 9 лет", (None, None), {("serves", "SEX-F"), ("serves", "HH-DEP")}),
        ("женщины. Мужчин не принимаем", (None, None), {("serves", "SEX-F"), ("excludes", "SEX-M")}),
        ("мардон қабул карда намешаванд", (None, None), {("excludes", "SEX-M")}),
        ("women, no men", (None, None), {("serves", "SEX-F"), ("excludes", "SEX-M")}),
        ("Лиц с алкогольной зависимостью не принимаем", (None, None), {("excludes", "VUL-SUB")}),
        ("all except single men", (None, None), set()),
        ("мужчинам отказывают", (None, None), {("excludes", "SEX-M")}),
        ("все, кроме мальчиков старше 11", (None, None), set()),
        ("мужчин, детей не принимаем", (None, None), {("excludes", "AGE-CHI")}),
        ("жертвы домашнего рабства", (None, None), {("serves", "EXP-DOM")}),
        ("супруги трудовых мигрантов", (None, None), {("serves", "MIG-LEF")}),
        ("мигранты, вернувшиеся из Казахстана", (None, None), {("serves", "MIG-RET")}),
        ("трудовые мигранты (соотечественники)", (None, None), {("serves", "MIG-ABR")}),
        ("секс-работницы и беженцы", (None, None), {("serves", "MIG-REF")}),
        ("потенциальные мигранты", (None, None), {("serves", "STA-RSK")}),
    ],
)
def test_ages_and_who_is_left_out_are_told_by_the_words_for_who_is_helped(take, text, ages, groups):
    heads, row = with_cells(**{"For whom": text})
    batch = take(row, heads=heads, fields=MAP["fields"] | {"serves": ["For whom"]})
    (service,) = batch.of("service")
    assert (service.minimum_age, service.maximum_age) == ages
    codes = {term_id(term): term.code for term in Vocabulary.load("beneficiaries").terms()}
    ties = {(tie.link_type, codes.get(tie.taxonomy_term_id)) for tie in batch.of("attribute")}
    assert {tie for tie in ties if tie[0] != "service_type"} == groups


def test_a_group_that_is_helped_and_not_helped_is_asked_about(take):
    heads, row = with_cells(**{"For whom": "женщины, дети", "Not for": "дети"})
    fields = MAP["fields"] | {"serves": ["For whom"], "excludes": ["Not for"]}
    (issue,) = [issue for issue in take(row, heads=heads, fields=fields).issues if issue.column == "Not for"]
    assert str(issue.problem) == "Children (under 18) stand among those who are helped and among those who are not"
    heads, row = with_cells(**{"For whom": "женщины", "Not for": "дети"})
    assert [issue for issue in take(row, heads=heads, fields=fields).issues if issue.column == "Not for"] == []


@pytest.mark.parametrize(
    ("words", "column", "ages", "levels"),
    [
        ("женщины", "16+", (16, None), []),
        ("women", "до 18", (None, 17), []),
        ("women", "any age", (None, None), []),
        ("дети 3-14", "5-10", (5, 10), ["doubt"]),
        ("дети 3-14", "5-16", (5, 16), ["doubt"]),
        ("women", "adults", (None, None), []),
        ("women", "30", (None, None), ["refused"]),
        ("women", "women 20+, boys under 9", (None, None), ["refused"]),
        ("women", "", (None, None), []),
    ],
)
def test_a_column_of_ages_counts_before_the_words(take, words, column, ages, levels):
    heads, row = with_cells(**{"For whom": words, "Ages": column})
    batch = take(row, heads=heads, fields=MAP["fields"] | {"serves": ["For whom"], "ages": ["Ages"]})
    (service,) = batch.of("service")
    assert (service.minimum_age, service.maximum_age) == ages
    assert [level for level, name, _ in said(batch) if name == "Ages"] == levels


@pytest.mark.parametrize("language", ["en", "ru", "tg", "uz"])
@pytest.mark.parametrize("code", ["AGE-CHI", "AGE-ADO", "AGE-YOU", "AGE-ADU", "AGE-OLD", "SEX-F"])
def test_a_group_is_the_same_by_its_label_in_any_language_as_by_its_code(take, code, language):
    fields = MAP["fields"] | {"serves": ["For whom"]}
    label = str(Vocabulary.load("beneficiaries").label(code, language))
    services = []
    for text in (code, label, f"{label}; SEX-M", f"SEX-M; {label}"):
        heads, row = with_cells(**{"For whom": text})
        batch = take(row, heads=heads, fields=fields)
        services += batch.of("service")
        assert [issue for issue in batch.issues if issue.column == "For whom"] == []
    assert {(service.minimum_age, service.maximum_age) for service in services} == {(None, None)}


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Women and girls; boys aged 7 to 12", (None, None)),
        ("Children (under 18); men of 18 to 60", (None, None)),
        ("boys aged 7 to 12", (7, 12)),
    ],
)
def test_ages_beside_a_label_hold_for_all_or_for_none(take, text, ages):
    heads, row = with_cells(**{"For whom": text})
    (service,) = take(row, heads=heads, fields=MAP["fields"] | {"serves": ["For whom"]}).of("service")
    assert (service.minimum_age, service.maximum_age) == ages


def test_ages_of_those_who_come_along_are_told_and_not_kept(take):
    heads, row = with_cells(**{"For whom": "матери с детьми до 9 лет"})
    batch = take(row, heads=heads, fields=MAP["fields"] | {"serves": ["For whom"]})
    told = "'матери с детьми до 9 лет' names ages that do not hold for all who are helped"
    assert ("doubt", "For whom", told) in said(batch)


def test_words_of_the_map_come_before_ages_and_brackets(take):
    heads, row = with_cells(**{"For whom": "group 18+ (f)"})
    fields, words = MAP["fields"] | {"serves": ["For whom"]}, {"serves": {"group 18+ (f)": "VUL-RUR"}}
    batch = take(row, heads=heads, fields=fields, words=words)
    codes = {term_id(term): term.code for term in Vocabulary.load("beneficiaries").terms()}
    assert {codes.get(tie.taxonomy_term_id) for tie in batch.of("attribute")} - {None} == {"VUL-RUR", "AGE-ADU"}


@pytest.mark.parametrize("word", ["все", "Ҳама", "hamma", "everybody"])
def test_everybody_is_no_group(take, word):
    head, row = with_cells(Whom=word)
    batch = take(row, heads=head, fields=MAP["fields"] | {"serves": ["Whom"]})
    assert [one for one in batch.of("attribute") if one.link_type == "serves"] == []
    assert [issue for issue in batch.issues if issue.column == "Whom"] == []


def test_who_is_left_out_is_never_more_than_was_said(take):
    fields = MAP["fields"] | {"excludes": ["Not for"]}
    batch = take((*ROW, "мальчики старше 12 лет"), heads=(*HEADER, "Not for"), fields=fields)
    assert [a.link_type for a in batch.of("attribute") if a.link_type == "excludes" and a.taxonomy_term_id] == []


@pytest.mark.parametrize(
    ("first", "last", "ages"),
    [("18", "нет ограничений", (18, None)), ("", "17 (дети)", (None, 17)), ("нет", "any", (None, None))],
)
def test_a_bound_of_ages_that_is_none_leaves_the_other(take, first, last, ages):
    heads, row = with_cells(First=first, Last=last)
    fields = MAP["fields"] | {"minimum_age": ["First"], "maximum_age": ["Last"]}
    (service,) = take(row, heads=heads, fields=fields).of("service")
    assert (service.minimum_age, service.maximum_age) == ages


@pytest.mark.parametrize(
    "remark", ["for women only", "танҳо барои занон", "питание не включено", "by referral only", "faqat ayollar uchun"]
)
def test_who_is_helped_and_what_is_left_out_are_no_wishes(take, remark):
    assert "custodian" not in audiences(take((*ROW[:6], remark)), "service")
