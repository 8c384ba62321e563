"""What stewards see is worked out once after a change, and kept until the next one."""

import datetime as dt

import pytest

from mapping.directory.directory import Directory
from mapping.language.taxonomy import vocabulary
from mapping.model import RECORDS, Phone, ReferralAgreement
from mapping.safety.redaction import VOCABULARIES
from tests.support.sample import TODAY, batch, key, organization, sample_directory
from tests.support.second_person import erased
from web.staff.visible import WHOLES, VisibleCache

TABLES = [table for table in RECORDS if table not in VOCABULARIES]
UMED = key("organization", "Umed")


@pytest.fixture
def directory(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as opened:
        yield opened


def ids(seen):
    return {(table, record.id) for table in TABLES for record in seen.records(RECORDS[table])}


def test_it_is_worked_out_again_after_a_change_by_anybody_and_on_another_day_only(directory, tiny_area):
    kept = VisibleCache()
    first = kept.seen(directory, tiny_area, TODAY)
    assert kept.seen(directory, tiny_area, TODAY) is first
    with Directory(directory.path, tiny_area) as another:
        another.edit("organization", UMED, {"name": "Umed anew"}, by="a", on=TODAY, reason="r")
    second = kept.seen(directory, tiny_area, TODAY)
    assert second.record("organization", UMED).name == "Umed anew"
    assert kept.seen(directory, tiny_area, TODAY + dt.timedelta(1)) is not second


def test_what_is_hidden_is_gone_at_once_with_all_that_hangs_on_it(directory, tiny_area):
    kept = VisibleCache()
    assert kept.seen(directory, tiny_area, TODAY).of_owner("phone", "organization_id", UMED)
    directory.edit("organization", UMED, {"audience": "custodian"}, by="a", on=TODAY, reason="r")
    seen = kept.seen(directory, tiny_area, TODAY)
    assert not seen.has("organization", UMED)
    assert not seen.has("service", key("service", "Hotline"))
    assert not seen.of_owner("phone", "organization_id", UMED)
    assert not [record for record in seen.records(ReferralAgreement) if UMED in record.__dict__.values()]
    assert seen.has("organization", key("organization", "Legal Centre"))


def test_a_conflict_of_what_became_hidden_is_told_no_more(directory, tiny_area):
    kept = VisibleCache()
    directory.add(batch(organization("Umed", email="another@umed.example"), source="another"), by="a", on=TODAY)
    assert [conflict.record for conflict in kept.seen(directory, tiny_area, TODAY).conflicts()] == [UMED]
    directory.edit("organization", UMED, {"audience": "custodian"}, by="a", on=TODAY, reason="r")
    assert not kept.seen(directory, tiny_area, TODAY).conflicts()


def test_of_what_was_removed_exactly_what_was_seen_before_is_told(directory, tiny_area):
    kept = VisibleCache()
    before = ids(kept.seen(directory, tiny_area, TODAY))
    assert kept.gone(directory, tiny_area, TODAY, 1) == {}
    words = {record.id for record in vocabulary()}  # these are put back at once
    every = [(table, record.id) for table in TABLES for record in directory.records(RECORDS[table])]
    with directory.acting("all", by="a", on=TODAY, reason="r") as writing:
        for table in TABLES:
            writing.remove(table, [own for name, own in every if name == table and own not in words])
    told = {own for own in kept.gone(directory, tiny_area, TODAY, 1) if own[0] not in VOCABULARIES}
    left = ids(kept.seen(directory, tiny_area, TODAY))
    assert told == before - left
    assert len(before - left) < len(every)


def test_what_was_erased_is_gone_at_once(directory, tiny_area):
    kept = VisibleCache()
    phone = kept.seen(directory, tiny_area, TODAY).records(Phone)[0].id
    erased(directory, phone, on=TODAY)
    assert not kept.seen(directory, tiny_area, TODAY).has("phone", phone)


def test_who_has_no_region_sees_nothing_of_the_directory(directory, tiny_area):
    seen = VisibleCache().seen(directory, tiny_area, TODAY, frozenset())
    assert not any(seen.records(RECORDS[table]) for table in WHOLES)
