"""The check that a test notices every mutant but those that are listed as doing the same."""

import json

import pytest

from scripts import check_mutants


def test_unnoticed_and_outdated_ones_are_named(tmp_path, monkeypatch):
    listed = tmp_path / "equivalent_mutants.csv"
    rows = ("function,line,reason", "a.x_f,same,it sorts the same", "a.x_f,gone,was the same", "a.x_h,bare,")
    listed.write_text("\n".join(rows), "utf-8")
    codes = {"a.x_f__mutmut_1": 0, "a.x_f__mutmut_2": 1, "a.x_g__mutmut_1": 33, "a.x_h__mutmut_1": 0}
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "a.py.meta").write_text(json.dumps({"exit_code_by_key": codes}), "utf-8")
    lines = {"a.x_f__mutmut_1": "same", "a.x_g__mutmut_1": "new", "a.x_h__mutmut_1": "bare"}
    monkeypatch.setattr(check_mutants, "EQUIVALENT", listed)
    monkeypatch.setattr(check_mutants, "written", lambda name: (name.rpartition("__mutmut_")[0], "", lines[name]))
    assert check_mutants.mutants(tmp_path) == codes
    assert [line.split(";")[0] for line in sorted(check_mutants.problems(codes))] == [
        "a.x_g: no test notices: new",
        "a.x_h: no test notices: bare",
        "equivalent_mutants.csv: a.x_f: there is no such mutant, or a test notices it: gone",
    ]
    assert next(check_mutants.problems({})) == "mutants/: there are none; run `make mutants`"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("db.execute('SELECT \"row\" FROM shown')", "db.execute('select \"row\" from shown')", True),
        ("db.execute('SELECT \"row\" FROM shown')", "db.execute('SELECT \"ROW\" FROM SHOWN')", True),
        ("\" WHERE name IN ('day')\",", "\" where name in ('day')\",", True),
        ("\" WHERE name IN ('day')\",", "\" WHERE NAME IN ('DAY')\",", False),
        ("db.execute('SELECT id FROM shown')", "db.execute('XXSELECT id FROM shownXX')", False),
        ("db.execute('SELECT id FROM shown')", "db.execute(None)", False),
        ("find('SELECT id FROM shown', [a])", "find('select id from shown', [b])", False),
        ('row["name"]', 'row["NAME"]', False),
        ("raise NotFound('none from here')", "raise NotFound('NONE FROM HERE')", False),
        ('" AND ".join(conditions)', '" and ".join(conditions)', True),
    ],
)
def test_words_of_sql_are_the_same_in_either_case_and_texts_are_not(before, after, same):
    assert check_mutants.is_same_sql(before, after) == same
