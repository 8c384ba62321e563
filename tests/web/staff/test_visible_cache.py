"""What stewards see after a change is what they would see if all were looked at anew, whatever was changed."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.directory.rows import stored_rows
from mapping.errors import MappingError
from mapping.language.taxonomy import vocabulary
from mapping.model import (
    AUDIENCES,
    PRECISIONS,
    RECORDS,
    Attribute,
    Phone,
    ReferralAgreement,
    Service,
    Taxonomy,
    TaxonomyTerm,
    Translation,
    references,
)
from mapping.safety.redaction import VOCABULARIES
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    attribute,
    batch,
    key,
    organization,
    sample_directory,
    service,
    term,
    translations,
)
from tests.support.second_person import erased
from web.staff.visible import WHOLES, VisibleRecords
from web.staff.visible_cache import VisibleCache

REGIONS = (None, {"XT-W"}, {"XT-E2"}, set(), {"*"})
TABLES = [table for table in RECORDS if table not in VOCABULARIES]
VALUES = {
    "audience": [*AUDIENCES, "nobody knows"],
    "precision": PRECISIONS,
    "do_not_list": (0, 1),
    "name": ("Umed", "Other"),
    "area_unit": ("XT-W1", "XT-E2"),
    "position_basis": ("given", "unit"),
    "number": ("1313", "+992000100001"),
    "service_types": ("ACC-VOT", "LEG-INF"),
    "service_type": ("ACC-VOT", "LEG-INF"),
    "consent_until": ("2020-01-01", "2027-01-01"),
    "taxonomy_term_id": (term("service_types", "ACC-VOT"), term("service_types", "LEG-INF"), "day care", "night", None),
    "value": ("public", "name", "custodian"),
    "link_type": ("service_type", "serves"),
    "description": ("said anew",),
    "email": ("new@umed.example",),
    "method": ("not reached",),
    "kind": ("audience", "withhold"),
}
"""Field -> what it may be changed to; what refers to a record may be changed to any other of its kind."""


def words_of_a_list() -> list:
    """A taxonomy of a list's own: a word that a service is described in, one that none is, and a word in Russian."""
    words = [TaxonomyTerm(id=name, name=name, taxonomy_id="own words") for name in ("day care", "night")]
    russian = [text for word in words for text in translations(word, name={"ru": f"{word.id} (ru)"})]
    used = attribute("Counselling", "serves", "by day").model_copy(update={"taxonomy_term_id": "day care"})
    return [Taxonomy(id="own words", name="Words of a list"), *words, *russian, used]


def another_list(number: int) -> list:
    """What a sender whose word does not count says of a body and a service of the sample: each time another thing."""
    return [
        *organization("Umed", phones=["+992000100001"], email=f"{number}@umed.example"),
        *service("Legal advice", of="Legal Centre", fees_description=f"{number} gold", verified=None),
    ]


@pytest.fixture(scope="module")
def stored(tmp_path_factory, tiny_area) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    with sample_directory(folder, tiny_area) as directory:
        directory.add(batch(words_of_a_list()), by="tests", on=TODAY)
        directory.add(batch(another_list(0), source="another"), by="tests", on=TODAY)
        assert directory.conflicts()
    return folder / "directory.db"


def copied(stored, folder, area) -> Directory:
    for suffix in (".db", ".key"):
        shutil.copy(stored.with_suffix(suffix), folder / f"directory{suffix}")
    for journal in ("-wal", "-shm"):
        (folder / f"directory.db{journal}").unlink(missing_ok=True)
    return Directory(folder / "directory.db", area)


def everything(seen: VisibleRecords) -> dict:
    """Return all that a page could ask of what is seen."""
    ids = [one.id for table in WHOLES for one in seen.records(RECORDS[table])]
    return {
        "tables": {table: [one.__dict__ for one in seen.records(RECORDS[table])] for table in RECORDS},
        "conflicts": seen.conflicts(),
        "services": seen.holdings.services,
        "bodies": seen.holdings.organizations,
        "numbers": seen.holdings.body_phones,
        "held": [seen.held(one) for one in ids],
        "doubles": seen.doubles,
        "published": seen._published,
        "parts": {
            (table, column): [seen.of_owner(table, column, one) for one in ids]
            for table, kind in RECORDS.items()
            for column in ("link_id", *references(kind))
            if column in kind.model_fields
        },
    }


def change(directory: Directory, which: int, what: int, how: str) -> None:
    """Change a record in a way that numbers choose: as lists, stewards and merging may, and further than they."""
    tables = [table for table in TABLES if directory.count(table)]
    table = tables[which % len(tables)]
    ids = [one.id for one in directory.records(RECORDS[table])]
    one = ids[what % len(ids)]
    row = stored_rows(directory.db, table, [one])[one]
    others = {
        name: [each.id for each in directory.records(RECORDS[to])] for name, to in references(RECORDS[table]).items()
    }
    fields = [name for name in row if name in VALUES or others.get(name)]
    with directory.acting(how, by="test", on=TODAY, reason="test") as writing:
        if how == "remove":
            writing.remove(table, [one])
        elif how == "copy":
            writing.put(table, {f"copy of {one} {writing.number}": row | {"id": f"copy of {one} {writing.number}"}})
        elif fields:
            name = fields[(which // 7) % len(fields)]
            values = VALUES.get(name) or [*others[name], None]
            writing.put(table, {one: row | {name: values[(what // 7) % len(values)]}})


DIFFERING = [("organization", key("organization", "Umed")), ("service", key("service", "Legal advice"))]
"""Of what two senders say different things."""


def use_words(directory: Directory, which: int, what: int) -> None:
    """Describe a service in another word, translate a word anew, or let a text be one of another word."""
    texts = [text for text in directory.records(Translation) if text.link_entity == "taxonomy_term"]
    foreign = [text for text in texts if text.link_id in ("day care", "night")]
    ours = [own for own in directory.records(Attribute) if own.link_type == "serves"]
    records = [foreign, ours, ours][which % 3]
    record = records[what % len(records)]
    row = stored_rows(directory.db, record.table, [record.id])[record.id]
    change = {"text": f"Word {what}", "link_id": ("day care", "night")[what % 2]}
    if record.table == "attribute":
        change = {"taxonomy_term_id": ("day care", "night", None)[which // 3 % 3]}
    with directory.acting("set", by="test", on=TODAY, reason="test") as writing:
        writing.put(record.table, {record.id: row | change})


def do(directory: Directory, which: int, what: int, how: str) -> None:
    """Change, merge or undo; what the directory refuses changes nothing."""
    try:
        if how == "undo":
            directory.undo(by="test", on=TODAY)
        elif how == "merge":
            table = WHOLES[which % 3]
            ids = [one.id for one in directory.records(RECORDS[table])]
            directory.merge(
                ids[what % len(ids)], [ids[(what + 1) % len(ids)]], table=table, by="t", on=TODAY, reason="t"
            )
        elif how == "list":
            directory.add(batch(another_list(what % 3), source="another"), by="test", on=TODAY)
        elif how == "hide":
            table, record = DIFFERING[which % len(DIFFERING)]
            row = stored_rows(directory.db, table, [record])[record]
            with directory.acting("set", by="test", on=TODAY, reason="test") as writing:
                writing.put(table, {record: row | {"audience": AUDIENCES[what % len(AUDIENCES)]}})
        elif how == "word":
            use_words(directory, which, what)
        elif how == "edit":
            service = [one.id for one in directory.records(Service)][what % directory.count("service")]
            directory.edit("service", service, {"name": f"Name {which}"}, by="test", on=TODAY, reason="test")
        else:
            change(directory, which, what, how)
    except (MappingError, ZeroDivisionError):  # refused, or all was undone before
        pass


HOW = ("set", "set", "set", "set", "remove", "copy", "merge", "undo", "edit", "list", "word", "word", "hide")
STEPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(HOW)), min_size=1, max_size=6)


@settings(
    max_examples=examples(12),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(steps=[(0, 0, "word")], other={"XT-W"})  # a word that is in use is called otherwise
@example(steps=[(0, 1, "list")], other={"XT-W"})  # another sender says something new, and it counts for nothing
@example(steps=[(1, 3, "hide")], other={"XT-E2"})  # two senders say different things of a service that is hidden
@given(steps=STEPS, other=st.sampled_from(REGIONS[1:]))
def test_after_any_changes_the_same_is_seen_as_when_all_is_looked_at_anew(stored, tiny_area, tmp_path, steps, other):
    with copied(stored, tmp_path, tiny_area) as directory:
        kept = VisibleCache()
        for regions in (None, other):
            everything(
                kept.seen(directory, tiny_area, TODAY, regions)
            )  # so that all of it has to be brought up to date
        for step in steps:
            do(directory, *step)
            kept.gone(directory, tiny_area, TODAY, 1)  # which leaves no trace of what is gone
        for regions in (None, other):
            mended = everything(kept.seen(directory, tiny_area, TODAY, regions))
            anew = everything(VisibleCache().seen(directory, tiny_area, TODAY, regions))
            for name, value in anew.items():
                assert mended[name] == value, (regions, name)


@pytest.fixture
def directory(stored, tiny_area, tmp_path):
    with copied(stored, tmp_path, tiny_area) as opened:
        yield opened


def test_an_edit_looks_only_at_what_hangs_together_with_it(directory, tiny_area, monkeypatch):
    kept, looked = VisibleCache(), []
    kept.seen(directory, tiny_area, TODAY)
    from web.staff import visible_cache

    real = visible_cache.shown
    monkeypatch.setattr(visible_cache, "shown", lambda tables, rules: looked.append(tables) or real(tables, rules))
    own = key("service", "Emergency ward")
    directory.edit("service", own, {"alert": "Closed"}, by="a", on=TODAY, reason="r")
    assert kept.seen(directory, tiny_area, TODAY).record("service", own).alert == "Closed"
    (tables,) = looked
    assert [one.name for one in tables["service"]] == ["Emergency ward"]
    assert [one.name for one in tables["organization"]] == ["Qulla Hospital"]


def test_what_is_hidden_is_gone_at_once_with_all_that_hangs_on_it(directory, tiny_area):
    kept = VisibleCache()
    own = key("organization", "Umed")
    assert kept.seen(directory, tiny_area, TODAY).of_owner("phone", "organization_id", own)
    directory.edit("organization", own, {"audience": "custodian"}, by="a", on=TODAY, reason="r")
    seen = kept.seen(directory, tiny_area, TODAY)
    assert not seen.has("organization", own)
    assert not seen.has("service", key("service", "Hotline"))
    assert not seen.of_owner("phone", "organization_id", own)
    assert not [one for one in seen.records(ReferralAgreement) if own in one.__dict__.values()]
    assert seen.has("organization", key("organization", "Legal Centre"))


def test_of_what_was_taken_out_exactly_what_was_seen_before_is_told(directory, tiny_area):
    def ids(kept):
        seen = kept.seen(directory, tiny_area, TODAY)
        tables = {*RECORDS} - {*VOCABULARIES}  # a word that is used no more is still there
        return {(table, record.id) for table in tables for record in seen.records(RECORDS[table])}

    kept = VisibleCache()
    before = ids(kept)
    assert kept.gone(directory, tiny_area, TODAY, 1) == {}
    words = {record.id for record in vocabulary()}  # these are put back at once
    stored = [(table, record.id) for table in TABLES for record in directory.records(RECORDS[table])]
    every = [(table, identifier) for table, identifier in stored if identifier not in words]
    with directory.acting("all", by="a", on=TODAY, reason="r") as writing:
        for table in TABLES:
            writing.remove(table, [identifier for name, identifier in every if name == table])
    told = {own for own in kept.gone(directory, tiny_area, TODAY, 1) if own[0] not in VOCABULARIES}
    assert told == before - ids(kept)
    assert len(before - ids(kept)) < len(every)


def test_what_was_erased_is_gone_at_once(directory, tiny_area):
    kept = VisibleCache()
    phone = kept.seen(directory, tiny_area, TODAY).records(Phone)[0].id
    erased(directory, phone, on=TODAY)
    assert not kept.seen(directory, tiny_area, TODAY).has("phone", phone)


def test_who_has_no_region_sees_nothing_of_the_directory(directory, tiny_area):
    seen = VisibleCache().seen(directory, tiny_area, TODAY, frozenset())
    assert not any(seen.records(RECORDS[table]) for table in WHOLES)
