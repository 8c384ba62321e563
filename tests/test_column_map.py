"""Column maps: every fault is named at once, with what was probably meant."""

from pathlib import Path

import pytest

import mapping
from mapping.column_map import FIELDS, ColumnMap, fold_header, marking
from mapping.errors import FormatError
from mapping.resources import shipped

GOOD = 'source = "x"\nname = "X"\n[fields]\norganization = "Name"\n'


@pytest.fixture
def load(tmp_path):
    """Return the map of a text."""

    def load_text(text):
        path = tmp_path / "map.toml"
        path.write_text(text, "utf-8")
        return ColumnMap.load(path)

    return load_text


def test_a_short_map_is_enough(load):
    columns = load(GOOD)
    assert columns.fields == {"organization": ["Name"]}
    assert (columns.shape, columns.rows.least, columns.header.rows) == ("service", 1, 1)


def test_every_map_of_the_demo_loads():
    maps = [path for path in shipped("demo").glob("*.toml") if path.name != "demo.toml"]
    assert len(maps) == 10
    assert {ColumnMap.load(path).source for path in maps} == {
        "commission-register",
        "ngo-network",
        "women-centres",
        "health-points",
        "legal-aid",
        "abroad",
        "activities",
        "agreements",
        "standards",
        "case-figures",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source = ", "is not TOML"),
        ('name = "X"', "source: is missing"),
        ('source = "Has Spaces"\nname = "X"', "source: may have small letters, digits and hyphens only"),
        (GOOD + 'phonne = "Tel"', "'phonne' is no field; did you mean 'phone'?"),
        ('source = "x"\nname = "X"\nfeilds = {}', "feilds: is no setting of a column map; did you mean 'fields'?"),
        (GOOD + '[markings]\n"open" = "everyone"', "markings.open"),
        (
            'source = "x"\nname = "X"\nshape = "places"',
            "shape: is none of 'service', 'place', 'repeat', 'activity', 'agreement', 'assessment' or 'case'",
        ),
        ('source = "x"\nname = "X"\nshape = "place"', "needs [services]"),
        ('source = "x"\nname = "X"\nshape = "repeat"', "needs sheets.children"),
        (GOOD + '[services]\ncol = "HLT-NONE"', "'HLT-NONE' of [services] is no service type"),
        (
            GOOD + '[words.service]\n"home" = "ACC-EMR"',
            "'ACC-EMR', which [words.service] gives for 'home', is no service",
        ),
        (GOOD + '[only]\nplace = "("', "'(' is no regular expression"),
        (GOOD + '[notices]\nclosed = "shut"', "notices.closed"),
        (GOOD + "[rows]\nleast = -1", "rows.least"),
    ],
)
def test_a_fault_is_named(load, text, said):
    with pytest.raises(FormatError) as refusal:
        load(text)
    assert said in str(refusal.value)
    assert "docs/importing.md" in str(refusal.value)


def test_all_faults_are_named_at_once(load):
    with pytest.raises(FormatError) as refusal:
        load(GOOD + 'foo = "a"\nbar = "b"\n[only]\nplace = "("')
    assert all(word in str(refusal.value) for word in ("'foo'", "'bar'", "'('"))


def test_a_missing_map(tmp_path):
    with pytest.raises(FormatError, match="check the name of the column map"):
        ColumnMap.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "audience", "known"),
    [
        ("open", "public", True),
        (" OPEN ", "public", True),
        ("for use\ninside", "focal_point", True),
        ("", "custodian", False),
        ("opn", "custodian", False),
        ("open?", "custodian", False),
        ("pub??", "custodian", False),
    ],
)
def test_a_marking_that_is_not_surely_known_hides(load, text, audience, known):
    columns = load(GOOD + '[markings]\n"Open" = "public"\n"for use inside" = "focal_point"')
    assert marking(columns, text) == (audience, known)


def test_headers_meet_whatever_their_spaces_and_case():
    assert fold_header(" Name  of\nBody ") == fold_header("name of body")


def test_every_field_is_explained_and_read():
    """A field that a map may fill and that nothing reads would lose what it holds."""
    folder = Path(mapping.__file__).parent / "intake"
    code = "".join(path.read_text("utf-8") for part in (folder, folder / "facts") for path in part.glob("*.py"))
    assert [field for field, text in FIELDS.items() if not text] == []
    assert [field for field in FIELDS if f'"{field}"' not in code] == []


IMPORTING = Path(__file__).parents[1] / "docs" / "importing.md"


def listed(heading):
    """Return the rows of the table under a heading of the documentation: what is explained -> its explanation."""
    _, _, part = IMPORTING.read_text("utf-8").partition(f"\n## {heading}\n")
    rows = (line.split("|") for line in part.partition("\n## ")[0].splitlines() if line.startswith("| `"))
    return {row[1].strip(" `"): row[2].strip() for row in rows}


def test_every_field_is_documented():
    _, _, part = IMPORTING.read_text("utf-8").partition("\n## Fields\n")
    assert [name for name in FIELDS if f"`{name}`" not in part] == []


def test_every_key_of_a_map_is_documented():
    assert list(listed("Keys of a map")) == list(ColumnMap.model_fields)


def test_the_map_of_the_documentation_loads(load):
    _, _, part = IMPORTING.read_text("utf-8").partition("```toml\n")
    assert load(part.partition("```")[0]).source == "osm-health"
