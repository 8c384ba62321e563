"""What is wrong with a country's own norms is told, row by row and all at once."""

import pytest

from mapping.area.norms import COLUMNS, OWN, merged
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.language.taxonomy import Vocabulary

HEADING = f"{','.join(COLUMNS)},label_en,label_ru,label_tg\n"
GOOD = "XT01,LEG-INF,1,50000,people,Order 8 of 2025,One office,Одно бюро,Як дафтар\n"


def told(folder, text):
    (folder / "own.csv").write_text(text, "utf-8")
    toml = (folder / "area.toml").read_text("utf-8")
    (folder / "area.toml").write_text(f'norms = "own.csv"\n{toml}', "utf-8")
    return [str(fault) for fault in StudyArea.faults(folder)]


def test_every_wrong_cell_is_told_with_what_to_write(tiny_copy):
    rows = (
        GOOD,
        GOOD,
        "XT02,LEG,0,many,men,,One,,\n",
        "XT03,,,,,,,,\n",
        ",LEG-INF,1,1,people,Order,One,Одно,Як\n",
    )
    assert told(tiny_copy, HEADING + "".join(rows)) == [
        "own.csv: row 3 has the code 'XT01' a second time: give each norm one row",
        "own.csv: row 4 names the service type 'LEG': name a type of service_types.csv, such as ACC-GBV",
        "own.csv: row 4 has '0' as value: write a number above 0, such as 10000",
        "own.csv: row 4 has 'many' as per: write a number above 0, such as 10000",
        "own.csv: row 4 has 'men' as base: write one of people, women, region, country",
        "own.csv: row 4 has no source: say which law, order or plan asks for it, and of which year",
        "own.csv: row 4 has no label_tg: say the norm in that language, with its number, in one sentence",
        "own.csv: row 4 has no label_ru: say the norm in that language, with its number, in one sentence",
        "own.csv: row 5 has no value: give the number that is asked for; only a common norm can be taken out",
        "own.csv: row 6 has no code: give it one, such as TJ01, or that of the common norm that it replaces",
    ]
    with pytest.raises(InvalidRecord, match="row 4 has no source"):
        StudyArea.load(tiny_copy)


def test_a_column_that_is_missing_and_a_file_that_is_not_there_are_told(tiny_copy):
    (told_fault,) = told(tiny_copy, HEADING.replace(",source", "") + GOOD)
    assert told_fault.startswith("own.csv: has no column 'source'")
    (tiny_copy / "own.csv").unlink()
    assert [str(fault) for fault in StudyArea.faults(tiny_copy)] == [
        "own.csv: is not there, but norms of area.toml names it: add the file, or take the key out"
    ]


def test_without_a_file_the_common_norms_hold(tiny_area):
    common = Vocabulary.load("norms").terms()
    assert tiny_area.norms == merged(()) == common
    assert all(term.source_status != OWN for term in common)


def test_another_file_is_another_study_area(tiny_copy):
    assert told(tiny_copy, HEADING + GOOD) == []
    before = StudyArea.load(tiny_copy).digest
    (tiny_copy / "own.csv").write_text(HEADING + GOOD.replace(",1,", ",2,", 1), "utf-8")
    assert StudyArea.load(tiny_copy).digest != before
