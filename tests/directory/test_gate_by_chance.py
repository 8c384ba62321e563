"""Whatever one person does, in whatever order, nothing new is shown; and two people show it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.errors import MappingError
from mapping.model import RECORDS, Attribute, Location, Organization, Phone, Service, ServiceAtLocation
from mapping.safety.agreed import differences
from mapping.safety.redaction import VIEWS, allowed_rows
from tests.conftest import SecondPerson
from tests.directory.test_gate import PARTS, facts
from tests.support.examples import examples
from tests.support.sample import TODAY, approval, batch, sample_directory, term

KINDS = (Organization, Service, Location, Phone, Attribute, ServiceAtLocation)
VALUES: dict[str, list[Any]] = {
    "organization_id": [],
    "location_id": [],
    "taxonomy_term_id": [term("service_types", code) for code in ("LEG-INF", "ACC-SHE", "PSY-COU")],
    "audience": ["public", "partner", "custodian"],
    "precision": ["none", "area", "exact"],
    "number": ["+992000100001", "+992999999999"],
    "latitude": [10.0, 10.4],
    "do_not_list": [True, False],
    "email": ["a@umed.example", "trap@evil.example", None],
}

ACTS = st.lists(
    st.tuples(st.sampled_from(["edit", "add", "merge", "undo", "approve"]), *[st.integers(0, 40)] * 4),
    min_size=1,
    max_size=6,
)


def act(directory, kind: str, one: int, other: int, field: int, value: int) -> None:
    """Do something of a kind to some record; what is refused changes nothing."""
    table = KINDS[one % len(KINDS)]
    records = directory.records(table)
    if not records:
        return
    record = records[other % len(records)]
    told = {"by": "zarina", "on": TODAY}
    if kind in ("edit", "add"):
        names = sorted(name for name in VALUES if name in table.model_fields)
        if not names:
            return
        name = names[field % len(names)]
        owners = {"organization_id": Organization, "location_id": Location}
        values = [each.id for each in directory.records(owners[name])] if name in owners else VALUES[name]
        new = {name: values[value % len(values)]}
        if kind == "edit":
            directory.edit(table.table, record.id, new, **told, reason="x")
        else:
            directory.add(batch(record.model_copy(update=new), source="other"), **told)
    elif kind == "merge":
        directory.merge(record.id, [records[value % len(records)].id], table=table.table, **told, reason="x")
    elif kind == "undo":
        directory.undo(**told)
    else:
        lowered = ("audience", "public") if field % 2 else ("precision", "exact")
        directory.add(batch(approval(lowered[0], record.id, lowered[1])), **told)


@settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_one_person_shows_nothing_new_and_two_do(acts, tmp_path_factory, tiny_area):
    with sample_directory(tmp_path_factory.mktemp("gate"), tiny_area, *PARTS) as directory:
        directory.signed_in = True
        before = facts(directory)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SecondPerson, "present", False)
            for each in acts:
                try:
                    act(directory, *each)
                except MappingError:
                    continue
                new = facts(directory) - before
                assert not new
        waits = {
            (one.showing.audience, one.showing.table, one.showing.id): one.showing.digest for one in directory.waiting()
        }
        tables = {table: directory.records(kind) for table, kind in RECORDS.items()}
        rules = directory.rules(TODAY)
        for audience in VIEWS:  # what was told act by act is what a look at everything tells
            rows = allowed_rows(tables, audience, rules)
            whole = differences(rows, directory.agreed(audience), audience, rules.unit_to_show)
            own = {key: digest for key, digest in waits.items() if key[0] == audience}
            assert {(one.audience, one.table, one.id): one.digest for one in whole} == own
        directory.agree([one.showing for one in directory.waiting()], by="umed", on=TODAY)
        assert not directory.waiting()
        for audience in VIEWS:
            rows = allowed_rows(tables, audience, rules)
            assert not list(differences(rows, directory.agreed(audience), audience, rules.unit_to_show))
