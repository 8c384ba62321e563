"""All that the demonstration publishes tells the same numbers: pages, report, briefs and files, in all 65 districts."""

import csv
import io
import pickle
import re

import pytest

from mapping.analysis.common.ledger import ledger
from mapping.analysis.common.listed import sort_of, units_of
from mapping.language.i18n import number, percent
from mapping.render import report
from mapping.render.report import brief, gather
from mapping.render.report.writers import html as report_html
from mapping.view.view import View
from tests.support.once import once
from tests.web.public.test_ledger import TOLD, pattern, places, plain, without_spaces
from web import create_app
from web.presenters.edition import Edition
from web.public import units

DISTRICTS = ("Murghob", "Rasht", "Khujand", "Bokhtar", "Dushanbe", "Kulob", "Khorugh")


@pytest.fixture(scope="module")
def results(tmp_path_factory, demo_view, tj_area):
    """What every analysis finds in the demonstration."""

    def build(folder):
        with View(demo_view("public")) as view:
            (folder / "results.pickle").write_bytes(pickle.dumps(gather(view, tj_area)))

    return pickle.loads((once(tmp_path_factory, "demo-results", build) / "results.pickle").read_bytes())


@pytest.fixture(scope="module")
def numbers(demo_view, tj_area, results):
    with View(demo_view("public")) as view:
        return ledger(view, tj_area, results)


@pytest.fixture(scope="module")
def client(demo_view, tj_area, results):
    app = create_app(demo_view("public"), tj_area)
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    return app.test_client()


@pytest.fixture(scope="module")
def told(demo_view, tj_area, results, client):
    """The text of the pages that tell numbers, of the report and of some briefs."""
    names = ("index", "gaps", "data", "u/index", *(f"u/{code}" for code in tj_area.all_units() if code != "TJ"))
    pages = [client.get(f"/en/{name}.html").text for name in names]
    with View(demo_view("public")) as view:
        made = [report.make(view, tj_area, language="en", results=results)]
        for name in DISTRICTS:
            made.append(brief.make(view, tj_area, brief.find_unit(tj_area, name), language="en", results=results))
    return plain("\n".join([*pages, *(report_html.write(one).decode() for one in made)]))


def listed_here(edition, code):
    """Return the confirmed services that a page of a unit lists and that people go to."""
    page = units.unit(edition, code, "en")
    cards = [card.entry for card in (*page.here, *page.named)]
    return [entry for entry in cards if entry.confirmed and code in units_of(entry, edition.area)]


def test_no_unit_has_none_near_of_a_kind_that_its_own_page_lists(demo_view, tj_area, results):
    edition, looked_at = Edition(demo_view("public"), tj_area), 0
    coverage, accessibility, siting = (results[name] for name in ("coverage", "accessibility", "siting"))
    wanted, sited = str(results["siting"].title.values["type"]["en"]), set()
    for code in tj_area.unit_codes:
        here = listed_here(edition, code)
        for key in coverage.groups:
            if sort_of(key).of(here):
                looked_at += 1
                assert coverage.text(code, f"{key}_60", "en").split()[0] not in ("0%", "<1%"), (code, key)
                assert accessibility.text(code, f"{key}_none", "en").split()[0] not in ("100%", ">99%"), (code, key)
                if str(sort_of(key).label["en"] if key != "any" else "") == wanted:
                    sited.add(code)
    assert looked_at > 150
    assert len(sited) > 10
    stand_in = {tj_area.unit_at(site.latitude, site.longitude) for site in siting.proposals}
    assert stand_in.isdisjoint(sited), "nothing is proposed where the kind is listed"
    for code in sited:
        assert siting.table["without"][code] < siting.table["people"][code]
        assert results["capacity"].table["none"][code] < 1


def test_every_sentence_of_the_demonstration_tells_the_numbers_of_the_ledger(told, numbers):
    seen = 0
    for sentence, names in TOLD.items():
        for match in pattern(sentence, "en").finditer(told):
            for name, text in zip(places(sentence, "en"), match.groups(), strict=True):
                if name in names:
                    known = numbers[names[name], "TJ"]
                    write = percent if known.kind == "share" else number
                    assert without_spaces(text) == without_spaces(write(known.value, "en")), match[0]
                    seen += 1
    assert seen > 40


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        (r"from (\d+) sources", "cases.sources"),
        (r"Organizations that told of activities: (\d+) of", "activities.organizations"),
        (r"Organizations that told of activities: \d+ of (\d+) listed", "organizations.directory"),
        (r"Services abroad (\d+) ", "destinations.services"),
    ],
)
def test_a_count_is_one_number_wherever_it_stands(sentence, name, told, numbers):
    found = set(re.findall(sentence, told))
    assert found == {number(numbers[name, "TJ"].value, "en")}


def test_all_results_speak_of_the_same_people(results, tj_area):
    everybody = float(tj_area.units(0)["people"].sum())
    seen = 0
    for name, result in results.items():
        if "people" in result.table and result.level and name != "reach":
            seen += 1
            assert float(result.table["people"].sum()) == everybody, name
            assert round(result.total.get("people", everybody)) == everybody, name
    assert seen > 6


def test_one_share_has_one_middle_and_one_range_in_every_table(results):
    kind = "PSY-COU"
    reached = {end: results["coverage"].total[f"{kind}_60{end}"] for end in ("", "_low", "_high")}
    far = {"": 1 - reached[""], "_low": 1 - reached["_high"], "_high": 1 - reached["_low"]}
    people = results["siting"].total["people"]
    for end, share in far.items():
        assert results["accessibility"].total[f"{kind}_none{end}"] == pytest.approx(share, abs=1e-4)
        assert results["siting"].total[f"without{end}"] / people == pytest.approx(share, abs=1e-4)
        assert results["capacity"].total[f"none{end}"] == pytest.approx(share, abs=1e-4)


def test_the_line_of_the_country_holds_what_its_regions_hold(results):
    """What stands abroad, or nowhere, is in no line of the country."""
    acts = results["activities"]
    assert acts.table["services"].max() <= acts.total["services"] <= acts.table["services"].sum()


def test_bodies_have_english_names_in_english(told):
    assert "Regional Commission on Combating Trafficking in Persons, Khatlon (example)" in told
    assert re.findall(r"\w*(?:primer|namuna|omissiya)\w*", told) == []


def test_files_hold_as_many_services_as_the_report(client, numbers):
    rows = csv.DictReader(io.StringIO(client.get("/data/list.csv").text, newline=""))
    status = {row["id"]: row["status"] for row in rows}
    points = {one["properties"]["id"] for one in client.get("/data/list.geojson").json["features"]}
    records = {record["id"]: record["listed"] for record in client.get("/data/hsds.json").json["contents"]}
    listed = {identifier for identifier, stands in records.items() if stands}
    assert len(listed) == numbers["services.listed", "TJ"].value
    assert points <= records.keys() == status.keys()
    assert client.get("/api/services").json["total_items"] == len(status)
