"""CSV: any encoding, separator and line end people use; what is no list is refused in one line that says what to do."""

import csv
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mapping.errors import FormatError
from mapping.formats import read_sheets
from mapping.formats.osm import overpass
from mapping.formats.tables.csv import read
from mapping.registry import format_of


@pytest.fixture
def rows(tmp_path):
    """Return the rows of a file of some bytes."""

    def read_bytes(contents):
        path = tmp_path / "list.csv"
        path.write_bytes(contents)
        (sheet,) = read(path)
        return [list(row) for row in sheet.rows]

    return read_bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_people_save(rows, encoding, separator, end):
    text = end.join(separator.join(line) for line in (("Имя", "Город"), ("Умед", "Бохтар"), ("Нур", "Вахдат")))
    assert rows(text.encode(encoding)) == [["Имя", "Город"], ["Умед", "Бохтар"], ["Нур", "Вахдат"]]


def test_a_separator_inside_quotation_marks_parts_nothing(rows):
    assert rows(b'a;b\n"x; y";2\n"p;q;r";3\n') == [["a", "b"], ["x; y", "2"], ["p;q;r", "3"]]


def test_a_comma_in_numbers_does_not_beat_the_semicolon(rows):
    assert rows(b"a;b\n38,5;68,7\n38,6;68,8\n")[1] == ["38,5", "68,7"]


def test_a_line_end_inside_a_cell_stays(rows):
    assert rows(b'a,b\n"one\ntwo",2\n')[1] == ["one\ntwo", "2"]


def test_a_few_damaged_letters_are_read_and_told(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("Имя,Город\nУмед Рахимов,Бохтар".encode().replace("д".encode(), b"\xd0", 1))
    (sheet,) = read(path)
    assert sheet.rows[0] == ["Имя", "Горо?"]
    assert sheet.skipped == ("letters damaged on the way and read as ?: 1",)


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"", "the file is empty"),
        (b"\n , \n,,\n", "no row holds anything"),
        (b"a,b\n\x00,1\n", "is not a text file"),
        (b"%PDF-1.7 ...", "another kind of file"),
        (b"PK\x03\x04....", "another kind of file"),
        (b"," * 3000 + b"\n1", "3,001 columns are too many"),
        (b"\xff\xfea", "in no encoding we know"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "row 3 opens a quotation mark that never closes"),
        (b'a,b\n"' + b"x" * 200_000 + b'",1\n', "cannot be cut into cells"),
    ],
)
def test_what_is_no_list_is_refused_with_advice(rows, contents, said):
    with pytest.raises(FormatError) as refusal:
        rows(contents)
    assert said in str(refusal.value)
    assert "list.csv" in str(refusal.value)
    assert ";" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FormatError, match="cannot be read"):
            list(read(path))


def test_a_file_of_200_megabytes_is_not_read_into_memory(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(500 * 2**20)
    with pytest.raises(FormatError, match="500 MB is too large"):
        list(read(path))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused(tmp_path_factory, contents):
    path = tmp_path_factory.mktemp("bytes") / "list.csv"
    path.write_bytes(contents)
    try:
        (sheet,) = read(path)
    except FormatError:
        pass
    else:
        assert all(isinstance(cell, str) for row in sheet.rows for cell in row)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(st.just("k"), CELL, CELL), min_size=2, max_size=8), st.sampled_from(",;\t"))
@example([("k", ",", ",0")] * 2, ";")
@example([("k", ",,", ",0")] * 2, ";")
@example([("k", ";", ";")] * 2, "\t")
def test_what_is_written_is_read(tmp_path_factory, table, separator):
    """Whatever stands in quoted cells comes back as it was."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    path = tmp_path_factory.mktemp("table") / "list.csv"
    path.write_bytes(text.getvalue().encode())
    (sheet,) = read(path)
    assert [tuple(row) for row in sheet.rows] == table


TEXT = "Название организации;Район;Телефон\nОбщество «Умед» помощи женщинам;Восе;2210001\n" * 3


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "cp1251", "mac-cyrillic", "utf-16", "utf-8"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt"])
def test_old_encodings_are_told_by_what_can_be_read(tmp_path, encoding, ending):
    path = tmp_path / f"list{ending}"
    text = TEXT.replace("«", '"').replace("»", '"').replace('"', "")
    path.write_bytes((text.replace(";", "\t") if ending == ".tsv" else text).encode(encoding))
    (sheet,) = format_of(path).read(path)
    assert list(sheet.rows[1]) == ["Общество Умед помощи женщинам", "Восе", "2210001"]


def test_letters_of_turkish_are_told_from_those_of_russian(tmp_path):
    """What would be Cyrillic stands beside plain Latin letters in the words of a list in Turkish."""
    path = tmp_path / "liste.csv"
    path.write_bytes("KURUM ADI;İLÇE\nKadın Danışma Merkezi;Çukurova\nGençlik Evi;Yüreğir\n".encode("cp1254"))
    (sheet,) = format_of(path).read(path)
    assert sheet.rows[1:] == [["Kadın Danışma Merkezi", "Çukurova"], ["Gençlik Evi", "Yüreğir"]]
    path.write_bytes("Организация;Сайт\nЦентр Umed;umed.example\nФонд IOM-Центр;x.example\n".encode("cp1251"))
    (sheet,) = format_of(path).read(path)
    assert sheet.rows[1][0] == "Центр Umed"


def test_quotation_marks_of_a_mac_are_no_cyrillic_letters(rows):
    assert rows("name;place\rWoman’s “House” – café;x\r".encode("mac-roman"))[1][0] == "Woman’s “House” – café"


def test_a_space_before_a_quotation_mark_is_no_part_of_the_cell(rows):
    assert rows(b'name, address\nUmed, "Main St, 5"\n')[1] == ["Umed", "Main St, 5"]


def test_more_cells_than_headings_are_told_with_their_rows(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name,address\nUmed,Main St 5\nNur,Park St, 7\nSahar,x,,\n")
    (sheet,) = read(path)
    assert sheet.skipped == ("rows with more cells than headings, perhaps since ',' stands within a text: 3",)


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_what_overpass_turbo_exports_is_read_as_openstreetmap(tmp_path, tiny_area, suffix):
    tags = {"@id": "node/7", "amenity": "hospital", "name": "Bahor", "phone": "+1 202 555 0100"}
    path = tmp_path / f"export{suffix}"
    if suffix == ".csv":
        heads = [*tags, "@lat", "@lon"]
        path.write_text("\t".join(heads) + "\n" + "\t".join([*tags.values(), "60.1", "10.1"]) + "\n")
    else:
        point = {"type": "Point", "coordinates": [10.1, 60.1]}
        feature = {"type": "Feature", "id": "node/7", "properties": tags, "geometry": point}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    sheets = read_sheets(format_of(path), path)
    cells = dict(zip(*sheets[0].rows, strict=True))
    assert (cells["osm id"], cells["name"], cells["services"]) == ("node/7", "Bahor", "HLT-EME")
    assert (float(cells["latitude"]), float(cells["longitude"])) == (60.1, 10.1)
    assert overpass.columns(sheets, tiny_area).source == "openstreetmap"
