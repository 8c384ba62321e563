"""OpenStreetMap in: what its tags mean, its opening hours, its licence; refuges stay hidden."""

import csv
import datetime as dt
import json
import sys

import osmium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.formats.osm import _tags, osm_pbf, overpass
from mapping.formats.osm._hours import DAYS, plain_hours
from mapping.intake.read import Known, read
from mapping.language.parsers import hours
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES
from mapping.registry import format_of
from tests.support.examples import examples
from tests.support.second_person import EveryMap

TODAY = dt.date(2026, 11, 24)
KNOWN = {"maps": EveryMap()}


def answer(path, *elements):
    path.write_text(json.dumps({"version": 0.6, "elements": list(elements)}, ensure_ascii=False), "utf-8")
    return path


def node(number=1, lat=10.05, lon=60.05, **tags):
    return {
        "type": "node",
        "id": number,
        "lat": lat,
        "lon": lon,
        "tags": {k.replace("__", ":"): v for k, v in tags.items()},
    }


def imported(path, area, approved=True):
    return read(path, area=area, today=TODAY, known=Known(**KNOWN) if approved else Known())


def types(batch):
    codes = {one.id: one.code for one in _vocabulary()}
    return [codes[a.taxonomy_term_id] for a in batch.of("attribute") if a.link_type == "service_type"]


def _vocabulary():
    from mapping.language.taxonomy import vocabulary

    return [one for one in vocabulary() if one.table == "taxonomy_term"]


def test_the_table_of_tags_names_terms_that_there_are():
    kinds, services, people = (
        Vocabulary.load(name) for name in ("organization_types", "service_types", "beneficiaries")
    )
    for rule in _tags.rules():
        assert rule.service_type in services or not rule.service_type
        assert rule.organization_type in kinds or not rule.organization_type
        assert rule.serves in people or not rule.serves
        hidden = rule.service_type and services.term(rule.service_type).audience == "custodian"
        assert rule.restricted or not hidden, f"{rule.tags}: what is hidden by its kind arrives hidden"
    with _tags.TAGS.open(encoding="utf-8") as file:
        tags = [row["tags"] for row in csv.DictReader(file)]
    assert len(tags) == len(set(tags))


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"amenity": "hospital"}, "HLT-EME"),
        ({"amenity": "clinic", "healthcare": "clinic"}, "HLT-PHC"),
        ({"healthcare": "midwife"}, "HLT-SRH"),
        ({"amenity": "police"}, "JUS-POL"),
        ({"office": "lawyer"}, "LEG-INF"),
        ({"office": "government", "government": "migration"}, "LEG-STA"),
        ({"office": "diplomatic"}, "RET-CON"),
        ({"amenity": "social_facility", "social_facility": "food_bank"}, "MAT-NFI"),
        ({"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": "child;woman"}, "ACC-GBV"),
        ({"amenity": "social_facility"}, "INC-SOC"),
        ({"office": "ngo"}, "CMG-INF"),
        ({"amenity": "courthouse"}, "JUS-CRT"),
        ({"amenity": "pharmacy"}, "HLT-PHC"),
    ],
)
def test_tags_mean_kinds_of_help(tmp_path, tiny_area, tags, code):
    batch = imported(answer(tmp_path / "o.json", node(**{"name": "X", **tags})), tiny_area)
    assert code in types(batch)
    assert len([each for each in types(batch) if each == code]) == 1


@pytest.mark.parametrize(
    "tags",
    [
        {"disused:amenity": "hospital"},
        {"was:amenity": "hospital"},
        {"amenity": "hospital", "disused": "yes"},
        {"amenity": "cafe"},
        {"office": "government"},
        {"amenity": "social_facility", "social_facility": "nursing_home"},
    ],
)
def test_what_is_gone_or_no_help_is_left_out_and_counted(tmp_path, tiny_area, tags):
    batch = imported(answer(tmp_path / "o.json", node(name="X", **tags)), tiny_area)
    assert not batch.records
    assert any("passed over" in issue.problem for issue in batch.issues)


@pytest.mark.parametrize("whom", ["woman", "homeless", "child", "abused", "", "anything"])
def test_a_refuge_arrives_for_custodians_whoever_approved_the_source(tmp_path, tiny_area, whom):
    tags = {"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": whom, "name": "House"}
    batch = imported(answer(tmp_path / "o.json", node(**tags)), tiny_area)
    assert {one.audience for one in batch.records if hasattr(one, "audience")} == {"custodian"}
    assert {one.precision for one in batch.of("location")} == {"none"}


def test_everything_of_an_element_arrives(tmp_path, tiny_area):
    tags = {
        "amenity": "social_facility",
        "social_facility": "outreach",
        "social_facility__for": "migrant;refugee",
        "name": "Umed",
        "name__ru": "Умед",
        "operator__type": "ngo",
        "contact__phone": "+992927770011;+992927770012",
        "contact__email": "a@example.org",
        "website": "https://example.org",
        "opening_hours": "Mo-Fr 08:00-17:00; PH off",
        "wheelchair": "yes",
        "addr__street": "Main",
        "addr__housenumber": "1",
        "check_date": "2026-05-01",
    }
    batch = imported(answer(tmp_path / "o.json", node(7, **tags)), tiny_area)
    (body,) = batch.of("organization")
    assert (body.name, body.kind, body.email, body.website) == ("Umed", "ngo", "a@example.org", "https://example.org")
    assert {(t.language, t.text) for t in batch.of("translation") if t.link_id == body.id} == {("ru", "Умед")}
    assert [one.number for one in batch.of("phone")] == ["+992927770011", "+992927770012"]
    assert [(s.byday, s.opens_at, s.closes_at) for s in batch.of("schedule")] == [("MO,TU,WE,TH,FR", "08:00", "17:00")]
    assert batch.of("accessibility")[0].description == "Step-free entrance"
    assert batch.of("address")[0].address_1 == "Main 1"
    assert batch.of("verification")[0].verified_on == dt.date(2026, 5, 1)
    assert len([a for a in batch.of("attribute") if a.link_type == "serves"]) == 2
    assert {one.source_key.split("|")[0] for one in batch.of("provenance") if one.link_entity == "service"} == {
        "node/7"
    }


@pytest.mark.parametrize(
    ("said", "told", "doubts"),
    [("designated", ["Step-free entrance"], 0), ("no", ["Steps at the entrance"], 0), ("limited", [], 1)],
)
def test_an_entrance_that_only_some_can_use_is_said_and_is_no_yes(tmp_path, tiny_area, said, told, doubts):
    batch = imported(answer(tmp_path / "o.json", node(7, name="X", amenity="police", wheelchair=said)), tiny_area)
    assert [one.description for one in batch.of("accessibility")] == told
    assert len([issue for issue in batch.issues if issue.column == "wheelchair"]) == doubts


def test_until_it_is_approved_all_is_for_custodians(tmp_path, tiny_area):
    batch = imported(answer(tmp_path / "o.json", node(name="X", amenity="police")), tiny_area, approved=False)
    assert {one.audience for one in batch.of("service")} == {"custodian"}


def test_ways_and_relations_stand_at_their_centre(tmp_path, tiny_area):
    tags = {"amenity": "police", "name": "X"}
    batch = imported(
        answer(
            tmp_path / "o.json",
            {"type": "way", "id": 1, "center": {"lat": 10.01, "lon": 60.01}, "tags": tags},
            {
                "type": "way",
                "id": 2,
                "bounds": {"minlat": 10, "maxlat": 10.1, "minlon": 60, "maxlon": 60.2},
                "tags": tags,
            },
            {
                "type": "relation",
                "id": 3,
                "geometry": [{"lat": 10, "lon": 60}, {"lat": 10.02, "lon": 60.04}],
                "tags": tags,
            },
            {"type": "way", "id": 4, "nodes": [1, 2], "tags": tags},
        ),
        tiny_area,
    )
    assert [(one.latitude, one.longitude) for one in batch.of("location")] == [
        (10.01, 60.01),
        (10.05, 60.1),
        (10.01, 60.02),
        (None, None),
    ]
    assert any("way/4" in issue.problem for issue in batch.issues)


def test_an_embassy_of_ours_abroad_helps_our_people_there(tmp_path, tj_area):
    tags = {"office": "diplomatic", "country": "TJ", "target": "RU", "name": "Консульство"}
    batch = imported(answer(tmp_path / "o.json", node(lat=55.76, lon=37.61, **tags)), tj_area)
    assert batch.of("location")[0].country == "RU"
    groups = {one.id: one.code for one in _vocabulary()}
    assert [groups[a.taxonomy_term_id] for a in batch.of("attribute") if a.link_type == "serves"] == ["MIG-ABR"]


def test_the_map_is_the_same_each_time_that_a_file_is_read(tmp_path, tj_area):
    """What two people agreed to is its digest: the order of a set is another in each process."""
    countries = ["RU", "TJ", "DE", "KZ", "CN", "TR", "UZ", "KG"]
    embassies = [node(lat=55.76, lon=37.61, office="diplomatic", country=c, target="RU", name=c) for c in countries]
    columns = overpass.columns([*overpass.read(answer(tmp_path / "o.json", *embassies))], tj_area)
    groups = [*columns.words["serves"]]
    assert len(groups) == len(countries)
    assert groups == sorted(groups)


def test_a_view_that_shows_such_records_carries_the_licence_and_no_other_does(tmp_path, tiny_area):
    path = answer(tmp_path / "o.json", node(name="Station", amenity="police"))
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(imported(path, tiny_area), on=TODAY)
        with directory.view("public", tmp_path / "p.db", edition=TODAY) as view:
            assert len(view.services()) == 1
            assert view.licences == (_tags.LICENCE,)
    hidden = answer(tmp_path / "h.json", node(name="House", amenity="social_facility", social_facility="shelter"))
    with Directory(tmp_path / "e.db", tiny_area) as directory:
        directory.add(imported(hidden, tiny_area), on=TODAY)
        with directory.view("public", tmp_path / "q.db", edition=TODAY) as view:
            assert view.services() == []
            assert view.licences == ()


def test_the_sample_is_read_and_its_refuge_stays_hidden(shared, tj_area):
    path = shared / "samples" / "overpass_synthetic.json"
    assert format_of(path) is overpass
    batch = imported(path, tj_area)
    assert batch.rows == 14
    shown = {one.name for one in batch.of("organization") if one.audience != AUDIENCES[-1]}
    assert not {"CANARY women shelter", "Ночлежка"} & shown
    assert {"Шуъбаи ВКД", "Суд"} <= shown
    assert not any(one.name == "Закрытый центр" for one in batch.of("organization"))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("24/7", "24/7"),
        ("Mo-Fr 08:00-17:00; PH off", "Mo,Tu,We,Th,Fr 08:00-17:00"),
        ("Mo-Su 08:00-18:00; Sa 09:00-12:00; Su off", "Mo,Tu,We,Th,Fr 08:00-18:00; Sa 09:00-12:00"),
        ("08:00-17:00", "Mo,Tu,We,Th,Fr,Sa,Su 08:00-17:00"),
        ("Mo-Su,PH 00:00-24:00", "24/7"),
        ("Mo-Fr 09:00-12:00, Sa 10:00-11:00", "Mo,Tu,We,Th,Fr 09:00-12:00; Sa 10:00-11:00"),
        ("Mo-Fr 09:00-13:00, 14:00-18:00", "Mo,Tu,We,Th,Fr 09:00-13:00,14:00-18:00"),
        ("Fr-Mo 10:00-12:00", "Mo,Fr,Sa,Su 10:00-12:00"),
        ('Mo 08:00-09:00 "by phone"', "Mo 08:00-09:00"),
        ("sunrise-sunset", "sunrise-sunset"),
        ("с 8 до 17", "с 8 до 17"),
        ("", ""),
        ("off", "off"),
        ("week 1-20 Mo 09:00-10:00", "week 1-20 Mo 09:00-10:00"),
    ],
)
def test_opening_hours_are_told_plainly_or_stay_as_they_were(text, plain):
    assert plain_hours(text) == plain


rule = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), st.integers(0, 11), st.integers(12, 23), st.booleans())


@settings(deadline=None, max_examples=examples(60))
@given(rules=st.lists(rule, min_size=1, max_size=4))
def test_the_last_rule_for_a_day_stands(rules):
    week, parts = {}, []
    for first, last, opens, closes, is_open in rules:
        at, until = DAYS.index(first), DAYS.index(last)
        days = [DAYS[(at + step) % 7] for step in range((until - at) % 7 + 1)]
        week |= dict.fromkeys(days, (f"{opens:02}:00", f"{closes:02}:00") if is_open else None)
        parts.append(f"{first}-{last} " + (f"{opens:02}:00-{closes:02}:00" if is_open else "off"))
    if not any(week.values()):
        return
    read_back = {}
    for span in hours(plain_hours("; ".join(parts))):
        read_back |= dict.fromkeys(span.byday.split(","), (span.opens, span.closes))
    assert read_back == {day.upper(): times for day, times in week.items() if times}


@given(text=st.text(max_size=40) | st.text("MoFr-,;:0189 /PHof", max_size=40))
def test_no_text_crashes_the_hours(text):
    plain_hours(text)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
trees = st.recursive(leaves, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=5), t, max_size=3))
tagged = st.dictionaries(st.sampled_from(["amenity", "name"]), leaves)
odd = st.fixed_dictionaries(
    {"type": leaves, "id": leaves, "lat": leaves, "lon": leaves, "tags": tagged},
    optional={"center": trees, "bounds": trees, "geometry": trees},
)


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck), deadline=None)
@given(elements=st.lists(odd | trees, max_size=4) | trees)
def test_arbitrary_elements_are_read_or_refused(tmp_path_factory, tiny_area, elements):
    path = tmp_path_factory.mktemp("osm") / "any.json"
    path.write_text(json.dumps({"elements": elements}), "utf-8")
    try:
        sheets = list(overpass.read(path))
    except FormatError:
        return
    assert overpass.columns(sheets, tiny_area) is not None


def test_other_sheets_are_not_taken_for_it(tiny_area):
    assert overpass.columns([Sheet("OpenStreetMap", [["x"]]), Sheet("", [])], tiny_area) is None
    assert overpass.columns([Sheet("OpenStreetMap", [["osm id"], ["node/1"]])], tiny_area) is None


def extract(path):
    """Write a small extract: a police post, a hospital drawn as a way, and a clinic drawn as a relation."""
    with osmium.SimpleWriter(str(path)) as writer:
        corners = [(60.0, 10.0), (60.02, 10.0), (60.02, 10.04), (60.0, 10.0)]
        for number, (lon, lat) in enumerate(corners[:3], 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat)))
        tags = {"amenity": "police", "name": "Post"}
        writer.add_node(osmium.osm.mutable.Node(id=9, location=(60.1, 10.1), tags=tags))
        writer.add_node(osmium.osm.mutable.Node(id=10, location=(60.1, 10.1), tags={"amenity": "cafe"}))
        tags = {"amenity": "hospital", "name": "Hospital"}
        writer.add_way(osmium.osm.mutable.Way(id=5, nodes=[1, 2, 3, 1], tags=tags))
        writer.add_way(osmium.osm.mutable.Way(id=6, nodes=[2, 3]))
        tags = {"type": "multipolygon", "amenity": "clinic", "name": "Clinic"}
        writer.add_relation(osmium.osm.mutable.Relation(id=7, members=[("w", 6, "outer"), ("n", 9, "")], tags=tags))
    return path


def test_an_extract_gives_nodes_ways_and_relations_at_their_centre(tmp_path, tiny_area):
    batch = imported(extract(tmp_path / "x.osm.pbf"), tiny_area)
    names = {one.id: one.name for one in batch.of("organization")}
    assert {(names[one.organization_id], one.latitude, one.longitude) for one in batch.of("location")} == {
        ("Post", 10.1, 60.1),
        ("Hospital", 10.02, 60.01),
        ("Clinic", 10.05, 60.06),
    }
    assert batch.source.licence == _tags.LICENCE


def test_an_extract_that_is_shared_is_read(shared):
    (sheet,) = osm_pbf.read(shared / "data" / "geo" / "samples" / "helsinki_test.osm.pbf")
    assert sheet.rows[0][: len(_tags.COLUMNS)] == [*_tags.COLUMNS]
    assert sheet.skipped


def test_without_the_extra_its_name_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(FormatError, match=r"needs the extra 'osm'.*pip install"):
        list(osm_pbf.read(tmp_path / "x.pbf"))


@pytest.mark.parametrize("contents", [b"", b"rubbish", b"\x00\x00\x00\x0d\x0a\x09OSMHeader"])
def test_a_damaged_extract_is_refused(tmp_path, contents):
    path = tmp_path / "x.pbf"
    path.write_bytes(contents)
    with pytest.raises(FormatError, match=r"x\.pbf"):
        list(osm_pbf.read(path))
