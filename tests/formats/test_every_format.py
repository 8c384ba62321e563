"""Every format of the registry: what is written tells no secret and no clock; what is read is a list or is refused."""

import io
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.errors import FormatError, MappingError
from mapping.formats import read_sheets, source_of
from mapping.formats.tables._flat import flat_rows
from mapping.intake.read import Known, read
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.registry import formats
from mapping.render.export import export, file_name, format_for, writers
from mapping.safety.redaction import VIEWS
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.examples import examples
from tests.support.sample import SECRETS, TODAY, organization, public_parts, sample_directory, sample_view, term

WRITERS = sorted(writers())
READERS = sorted(name for name, module in formats().items() if hasattr(module, "read") or hasattr(module, "records"))
ENDINGS = sorted({ending for name in READERS for ending in formats()[name].SUFFIX.split()})


BEGINNINGS = [b"PK\x03\x04", b"SQLite format 3\0", b"PAR1", b"{", b"[", b"<?xml version='1.0'?>", b"#org,#adm1\n"]


@pytest.mark.parametrize("name", READERS)
def test_what_is_read_is_called_by_words(name):
    assert isinstance(formats()[name].LABEL, Message)


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    with sample_view(tmp_path_factory.mktemp("view"), tiny_area) as opened:
        yield opened


def written(view: View, folder: Path, area: StudyArea, name: str, language: str = "en") -> Path:
    folder.mkdir(exist_ok=True)
    return export(view, folder / file_name(name, writers()[name], language), area=area, language=language, name=name)


@pytest.mark.parametrize("name", WRITERS)
def test_no_secret_in_any_byte(view, tmp_path, tiny_area, name):
    path = written(view, tmp_path / "out", tiny_area, name)
    assert find_canaries([path], SECRETS) == []


@pytest.fixture(scope="module")
def plain(tmp_path_factory, tiny_area):
    """The view of a directory without secrets."""
    with sample_view(tmp_path_factory.mktemp("plain"), tiny_area, *public_parts()) as opened:
        yield opened


@pytest.mark.parametrize("name", WRITERS)
def test_two_directories_that_differ_in_secrets_write_the_same(view, plain, tmp_path, tiny_area, name):
    other = written(plain, tmp_path / "other", tiny_area, name)
    assert other.read_bytes() == written(view, tmp_path / "one", tiny_area, name).read_bytes()


@pytest.fixture(scope="module")
def earlier(view, tmp_path_factory, tiny_area):
    """What every writer wrote more than a second ago: clocks of other libraries count seconds."""
    folder = tmp_path_factory.mktemp("earlier")
    files = {name: written(view, folder / name, tiny_area, name).read_bytes() for name in WRITERS}
    time.sleep(1.1)
    return files


@pytest.mark.parametrize("name", WRITERS)
def test_the_clock_is_in_no_byte(view, tmp_path, tiny_area, name, monkeypatch, earlier):
    late = time.time() + 90_000_000
    monkeypatch.setattr(time, "time", lambda: late)
    assert written(view, tmp_path / "later", tiny_area, name).read_bytes() == earlier[name]


@pytest.mark.parametrize("name", WRITERS)
def test_every_file_says_of_which_day_and_under_which_licence_it_is(view, tmp_path, tiny_area, name):
    path = written(view, tmp_path / "out", tiny_area, name)
    with sample_view(tmp_path / "empty", tiny_area, *organization("Empty")) as empty:
        if written(empty, tmp_path / "empty" / "out", tiny_area, name).read_bytes() == path.read_bytes():
            pytest.skip("holds nothing of the directory")
    said = find_canaries(
        [path], {"day": "2026-11-24", "licence": "CC-BY-4.0", "page": "creativecommons.org/licenses/by"}
    )
    compressed = path.suffix == ".parquet"
    assert compressed or {canary.secret for canary in said} & {"licence", "page"}, "no licence"
    assert compressed or "day" in {canary.secret for canary in said}, "no day"


@pytest.fixture(scope="module", params=[audience for audience in VIEWS if audience != "public"])
def view_of_few(request, tmp_path_factory, tiny_area):
    with sample_view(tmp_path_factory.mktemp("few"), tiny_area, *public_parts(), audience=request.param) as opened:
        yield opened


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_for_few_says_so_and_only_its_owner_reads_it(view_of_few, tmp_path, tiny_area, name):
    path = written(view_of_few, tmp_path / "out", tiny_area, name)
    assert path.stat().st_mode & 0o077 == 0
    licence = {"licence": "CC-BY-4.0", "page": "creativecommons.org/licenses/by"}
    assert find_canaries([path], licence) == [], "what may not be passed on carries no open licence"


@pytest.mark.parametrize("name", WRITERS)
def test_a_view_of_nothing_is_written_too(tmp_path, tiny_area, name):
    with sample_view(tmp_path, tiny_area, *organization("Empty")) as view:
        assert written(view, tmp_path / "out", tiny_area, name).stat().st_size > 0


def test_a_file_is_replaced_at_once_or_not_at_all(view, tmp_path, tiny_area, monkeypatch):
    path = tmp_path / "list.csv"
    path.write_text("as before")

    def fail(_view, beside, **_):
        Path(beside).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(format_for(path), "write", fail)
    with pytest.raises(MappingError, match="No space left"):
        export(view, path, area=tiny_area)
    assert path.read_text() == "as before"
    assert [each.name for each in tmp_path.iterdir()] == ["list.csv"]


def test_a_format_is_chosen_by_ending_or_name():
    assert format_for(Path("x.gpkg")).__name__.endswith("geopackage")
    assert format_for(Path("x.anything"), "csv").__name__.endswith(".csv")
    with pytest.raises(FormatError, match=r"no format ends in \.docx"):
        format_for(Path("x.docx"))
    assert format_for(Path("x.csv"), "hxl").__name__.endswith(".hxl")
    with pytest.raises(FormatError, match=r"x\.XLSX: \.xlsx is another format; for hxl end it in \.hxl\.csv"):
        format_for(Path("x.XLSX"), "hxl")
    with pytest.raises(FormatError, match="is no format that can be written"):
        format_for(Path("x.csv"), "papyrus")
    with pytest.raises(FormatError, match=r"say which with --format .*workbook"):
        format_for(Path("x.xlsx"))


def read_or_refused(path, area):
    """Read a file to a whole batch, or to a refusal of one line that names it."""
    refusal = ""
    try:
        batch = read(path, area=area, today=TODAY, known=Known())
    except FormatError as error:
        refusal = str(error)
    if refusal:
        assert "\n" not in refusal
        assert path.name in refusal or "column" in refusal
    else:
        assert isinstance(batch, Batch)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=examples(10), suppress_health_check=list(HealthCheck))
@given(
    contents=st.one_of(
        st.binary(max_size=300),
        st.sampled_from(BEGINNINGS).flatmap(lambda start: st.binary(max_size=200).map(lambda rest: start + rest)),
        st.text(max_size=200).map(str.encode),
    )
)
def test_arbitrary_bytes_are_refused_or_give_a_whole_batch(tmp_path_factory, tiny_area, ending, contents):
    path = tmp_path_factory.mktemp("bytes") / f"list{ending}"
    path.write_bytes(contents)
    for module in formats().values():
        if hasattr(module, "recognises"):
            assert module.recognises(path) in (True, False)
    read_or_refused(path, tiny_area)


@pytest.mark.parametrize("name", sorted(set(WRITERS) & set(READERS)))
@settings(max_examples=examples(5), suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1), rubbish=st.binary(min_size=1, max_size=12))
def test_a_file_of_ours_damaged_anywhere_is_read_or_refused(view, tmp_path_factory, tiny_area, name, place, rubbish):
    folder = tmp_path_factory.mktemp("damaged")
    path = written(view, folder, tiny_area, name)
    whole = path.read_bytes()
    at = int(place * len(whole))
    path.write_bytes(whole[:at] + rubbish + whole[at + len(rubbish) :])
    read_or_refused(path, tiny_area)


@pytest.mark.parametrize("name", sorted({"csv", "geojson", "geopackage", "geoparquet"} & set(WRITERS)))
def test_a_table_of_ours_is_read_back(view, tmp_path, tiny_area, name):
    """What a table or a layer of points says of services is met again, without a column map."""
    batch = read(written(view, tmp_path / "out", tiny_area, name), area=tiny_area, today=TODAY, known=Known())
    bodies = {record.id: record.name for record in batch.of("organization")}
    services = {record.id: record for record in batch.of("service")}
    places = {record.id: record for record in batch.of("location")}
    terms = {
        term(name, each.code): each.code
        for name in ("service_types", "beneficiaries")
        for each in Vocabulary.load(name).terms()
    }
    found = set()
    for tie in batch.of("service_at_location"):
        service, place = services[tie.service_id], places[tie.location_id]
        codes = frozenset(terms[one.taxonomy_term_id] for one in batch.of("attribute") if one.link_id == service.id)
        phones = frozenset(one.number for one in batch.of("phone") if one.service_id == service.id)
        spot = (place.latitude, place.longitude) if place.position_basis == "given" else None
        found.add((bodies[service.organization_id], codes, phones, service.status, spot))
    wanted = {
        (
            row["organization"],
            frozenset((*row["types"], *row["serves"], *row["excludes"])),
            frozenset(row["phones"]),
            row["status"],
            None if row["latitude"] is None else (row["latitude"], row["longitude"]),
        )
        for row, _ in flat_rows(view, tiny_area, "en")
        if row["country"] != "XN"  # an invented country has no calling code
    }
    assert found >= wanted
    assert len(found) == len(wanted) + 1


def test_a_refused_file_leaves_the_directory_as_it_was(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as directory:
        before = directory.path.read_bytes()
        for ending in ENDINGS:
            path = tmp_path / f"list{ending}"
            path.write_bytes(b"\x00\x01rubbish")
            with pytest.raises(MappingError):
                read(path, area=tiny_area, today=TODAY, known=Known.of(directory))
        assert directory.path.read_bytes() == before


def of_word(path):
    text = docx.Document()
    table = text.add_table(3, 2)
    for cell, value in zip(table._cells, ["Name", "Phone", "Help", "2210001", "Care", "2210002"], strict=True):
        cell.text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    text.save(path)
    return path


@pytest.fixture(scope="module")
def archives(view, tmp_path_factory, tiny_area):
    """Every archive that is read: those that we write, and a text of Word; bytes by name of file."""
    folder = tmp_path_factory.mktemp("archives")
    paths = [written(view, folder, tiny_area, name) for name in WRITERS if name in READERS]
    paths.append(of_word(folder / "annex.docx"))
    return {path.name: path.read_bytes() for path in paths if zipfile.is_zipfile(path)}


def spoilt(contents: bytes, part: float, place: float, rubbish: bytes) -> bytes:
    """Return an archive with bytes of one part overwritten, and all sums of the archive right."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contents)) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as copy:
        members = whole.infolist()
        for number, member in enumerate(members):
            inside = whole.read(member)
            if number == int(part * len(members)):
                at = int(place * len(inside))
                inside = inside[:at] + rubbish + inside[at + len(rubbish) :]
            copy.writestr(member.filename, inside)
    return packed.getvalue()


RUBBISH = st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from([b'""', b"<a/>", b"/>", b'"-1"', b"<", b"x"]))
INSIDE = st.floats(0, 1, exclude_max=True)


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(which=INSIDE, part=INSIDE, place=INSIDE, rubbish=RUBBISH)
def test_an_archive_damaged_within_is_read_or_refused(
    archives, tmp_path_factory, tiny_area, which, part, place, rubbish
):
    name = sorted(archives)[int(which * len(archives))]
    path = tmp_path_factory.mktemp("within") / name
    path.write_bytes(spoilt(archives[name], part, place, rubbish))
    read_or_refused(path, tiny_area)


def test_whatever_a_library_raises_over_a_file_refuses_it(tmp_path):
    path = tmp_path / "list.any"
    stumbling = SimpleNamespace(read=lambda _path: [zipfile.ZipFile(io.BytesIO(), "r", compression=99)])
    with pytest.raises(FormatError, match=r"list\.any: the file is damaged or is none of its kind \(.+\); export it"):
        read_sheets(stumbling, path)
    with pytest.raises(FormatError, match=r"list\.any: cannot be read \(No such file"):
        read_sheets(SimpleNamespace(read=lambda path: path.read_bytes()), path)


def test_a_fault_of_ours_is_not_told_as_one_of_the_file(tmp_path):
    with pytest.raises(AttributeError):
        read_sheets(SimpleNamespace(read=lambda _path: [source_of(None)]), tmp_path)
