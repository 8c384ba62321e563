"""Where help is said to be missing: counted by hand, and what stays unsaid."""

import datetime as dt

import pytest

from mapping.analysis.access.demand import demand
from mapping.editions.publish import demand_since, publish
from mapping.errors import UnsafePublication
from mapping.render.layers.demand import layers
from mapping.view.view import View
from tests.analysis.invented import CHASHMA, TODAY, service, statement, view
from tests.support.sample import sample_directory


def said(unit, need, count):
    row = {"area_unit": unit, "need": need, "count": count, "since": "2025-11-01", "until": "2026-11-24"}
    return {"id": f"{unit} {need}"} | row


ROWS = [said("XT-W1", "lawyer", 12), said("XT-W1", "talk", 30), said("XT-W2", "stay", 10), said("XT-E", "lawyer", 40)]


def test_said_stands_beside_what_is_listed(tiny_area):
    lawyers = [service("LEG-INF", at=CHASHMA), service("LEG-INF", covers=("XT-W",))]
    result = demand(view(*lawyers, service("ACC-VOT", covers=("XT-W2",)), demand=ROWS), tiny_area)
    home = tiny_area.unit_at(*CHASHMA)
    expected = {code: 1 + (code == home) if code.startswith("XT-W") else 0 for code in result.table.index}
    assert result.table["lawyer_listed"].to_dict() == expected
    assert result.table["lawyer"].to_dict() == {code: 12 if code == "XT-W1" else 0 for code in result.table.index}
    assert result.table["said"].to_dict() == {"XT-W1": 42, "XT-W2": 10} | dict.fromkeys(result.table.index[2:], 0)
    assert result.total["said"] == 92
    assert {need: result.total[need] for need in ("lawyer", "talk", "stay")} == {"lawyer": 52, "talk": 30, "stay": 10}
    assert "stay" in result.table
    assert "papers" not in result.table


def test_what_is_too_few_or_nothing_reads_the_same(tiny_area):
    result = demand(view(demand=ROWS), tiny_area)
    assert result.text("XT-W2", "lawyer", "en") == "not published here"
    assert result.text("XT-E1", "said", "en") == "not published here"
    assert result.sheet().loc["XT-W2", "lawyer"] == ""


def test_a_kind_of_help_that_is_secret_is_never_said_to_be_nothing(tiny_area):
    result = demand(view(demand=ROWS, said=[statement("ACC-VOT", "XT-W")]), tiny_area)
    assert result.text("XT-W2", "stay_listed", "en") == "not published here"
    assert result.text("XT-W2", "lawyer_listed", "en") == "0"


def test_a_region_as_a_whole_is_told_apart(tiny_area):
    fine = demand(view(demand=ROWS), tiny_area)
    assert "A lawyer or advice (40)" in str(fine.also[0])
    regions = demand(view(demand=ROWS), tiny_area, level=1)
    assert regions.table["said"].to_dict() == {"XT-W": 52, "XT-E": 40}
    assert regions.also == ()


def test_another_country_is_named(tiny_area):
    result = demand(view(demand=[said("XN", "papers", 17)]), tiny_area)
    assert "Passport or papers (17)" in str(result.also[0])
    assert result.table["said"].sum() == result.total["said"] == 0, "it is told beside the country, not in its line"


def test_the_finding_names_help_place_and_months(tiny_area):
    place = tiny_area.label("XT-W1", "en")
    found = str(demand(view(demand=ROWS), tiny_area).finding)
    assert "1 November 2025 to 24 November 2026" in found
    assert "“A lawyer or advice” (said 52 times)" in found
    assert found.endswith(place)


def test_without_an_inbox_there_is_nothing(tiny_area):
    result = demand(view(), tiny_area)
    assert "not known here" in str(result.finding)
    assert result.figures == {}
    assert list(layers(view(), tiny_area, results=[result], language="en", links="")) == []


def test_the_map_shades_what_may_be_shown(tiny_area):
    (layer,) = layers(view(), tiny_area, results=[demand(view(demand=ROWS), tiny_area)], language="en", links="")
    assert layer.contents["classes"] == {  # grey where nothing may be shown
        "XT-W1": "unit c3",
        "XT-W2": "unit c1",
        "XT-E1": "unit c0",
        "XT-E2": "unit c0",
    }
    assert "not published here" in layer.contents["tips"]["XT-E1"]


@pytest.mark.parametrize(
    ("edition", "since"), [("2026-11-24", "2025-11-01"), ("2026-12-31", "2025-12-01"), ("2027-01-01", "2026-01-01")]
)
def test_twelve_months_back(edition, since):
    assert demand_since(dt.date.fromisoformat(edition)) == dt.date.fromisoformat(since)


def test_publishing_writes_what_may_be_shown_and_refuses_the_rest(tiny_area, tmp_path):
    least = tiny_area.settings.thresholds.case_cells
    with sample_directory(tmp_path, tiny_area) as directory:
        for name, counts in {"a": {("XT-W1", "talk"): least}, "b": {}, "c": None}.items():
            publish(
                directory, "public", tmp_path / f"{name}.db", area=tiny_area, edition=TODAY, demand=counts
            ).view.close()
        with pytest.raises(UnsafePublication, match="1 counts are under"):
            publish(
                directory,
                "public",
                tmp_path / "d.db",
                area=tiny_area,
                edition=TODAY,
                demand={("XT-W1", "talk"): least - 1, ("XT-W2", "talk"): least},
            )
    assert not (tmp_path / "d.db").exists()
    with View(tmp_path / "a.db") as opened:
        assert [tuple(row) for row in opened.rows("demand")] == [
            ("XT-W1 talk", "XT-W1", "talk", least, "2025-11-01", "2026-11-24")
        ]
        assert demand(opened, tiny_area).table.loc["XT-W1", "said"] == least
    with View(tmp_path / "b.db") as opened:
        assert opened.rows("demand") == []
