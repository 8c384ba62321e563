"""Whatever one person does, in whatever order, nothing new is shown; and two people show it."""

import dataclasses
import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.errors import MappingError
from mapping.model import Attribute, Location, Organization, Phone, Service, ServiceAtLocation, TaxonomyTerm
from mapping.safety.agreed import FREE, Showing, difference, held, kept
from mapping.safety.redaction import TypeRule, thresholds
from tests.directory.test_gate import PARTS, facts
from tests.support.examples import examples
from tests.support.sample import TODAY, allowed, approval, batch, key, place, sample_directory, term
from tests.support.second_person import SecondPerson

KINDS = (Organization, Service, Location, Phone, Attribute, ServiceAtLocation)
VALUES: dict[str, list[Any]] = {
    "organization_id": [],
    "location_id": [],
    "taxonomy_term_id": [term("service_types", code) for code in ("LEG-INF", "ACC-GBV", "PSY-COU")],
    "audience": ["public", "partner", "custodian"],
    "precision": ["none", "area", "exact"],
    "number": ["+992000100001", "+992999999999"],
    "latitude": [10.0, 10.4],
    "do_not_list": [True, False],
    "email": ["a@umed.example", "trap@evil.example", None],
}

CONSENT: dict[str, Any] = {"reason": "x", "consent_by": "the operator", "consent_until": TODAY + dt.timedelta(days=90)}

WAYS = ("edit", "add", "merge", "undo", "approve", "propose", "typed", "erase", "rules", "alone", "agree")
SPELT = ("zarina", "ZARINA\u200b")
"""Two spellings of one name."""

ACTS = st.lists(
    st.tuples(
        st.sampled_from(WAYS),
        *[st.integers(0, 40)] * 4,
    ),
    min_size=1,
    max_size=6,
)


OWN_WORD = key("taxonomy_term", "own word")
SAID_OF_A_WORD = [
    TaxonomyTerm(id=OWN_WORD, code="OWN", name="Own word", description=""),
    *(
        Attribute(
            id=key("attribute", f"said of {entity}"),
            link_id=record,
            link_entity=entity,
            link_type="classification",
            taxonomy_term_id=word,
        )
        for entity, record, word in (
            ("service", key("service", "Advice"), OWN_WORD),
            ("taxonomy_term", OWN_WORD, term("service_types", "LEG-INF")),
        )
    ),
]


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
    elif kind == "propose":
        asked = directory.propose("audience", table.table, record.id, {"value": "public"}, **told, **CONSENT)
        directory.decide(asked, "accepted", by=SPELT[value % 2], on=TODAY)
    elif kind == "typed":  # two names that nobody signed in under
        directory.signed_in = False
        try:
            asked = directory.propose("audience", table.table, record.id, {"value": "public"}, **told, **CONSENT)
            directory.decide(asked, "accepted", by="noor", on=TODAY)
        finally:
            directory.signed_in = True
    elif kind == "alone":
        agree_alone(directory)
    elif kind == "erase":
        phones = directory.records(Phone)
        asked = directory.erase(phones[value % len(phones)].id, **told, reason="x")
        directory.decide(asked, "accepted", by="noor", on=TODAY)
    elif kind == "rules":
        own = Directory.rules(directory, TODAY)
        milder = {code: TypeRule("public", "exact") for code in own.types} if value % 2 else own.types
        changed = dataclasses.replace(own, types=milder, least_count=value, digest=str(value))
        directory.rules = lambda _day: changed
        directory.catch_up(on=TODAY)
    else:
        lowered = ("audience", "public") if field % 2 else ("precision", "exact")
        directory.add(batch(approval(lowered[0], record.id, lowered[1])), **told)


def agree_alone(directory) -> None:
    """Let one person agree to whatever they can, and first stand for what nobody is known to have done."""
    with suppress(MappingError):
        directory.take_up([waits.showing for waits in directory.waiting() if not waits.by], by="zarina", on=TODAY)
    for number, waits in enumerate(directory.waiting()):
        if waits.showing.audience == "public":
            with suppress(MappingError):
                directory.agree([waits.showing], by=SPELT[number % 2], also="zarina", on=TODAY)


def require_nothing_overlooked(directory) -> None:
    """Require that what was told act by act is what a look at everything tells."""
    rules, waits = directory.rules(TODAY), {waiting.showing.digest for waiting in directory.waiting()}
    wanted = set()
    for audience, shown in allowed(directory.tables(), rules).items():
        rows, agreed = thresholds(rules), directory.agreed(audience)
        rows |= {(table, row["id"]): kept(table, row) for table in shown.keys() - FREE for row in shown[table]}
        for (table, record), row in rows.items():
            before = agreed.get((table, record))
            if (fields := difference(table, row, before, rules.unit_to_show)) is not None:
                wanted.add(Showing(audience, table, record, fields, appears=before is None).digest)
        assert {**agreed} == {key: held(key[0], rows[key], agreed[key], rules.unit_to_show) for key in agreed}
    assert wanted == waits


@settings(max_examples=examples(10), suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_one_person_shows_nothing_new_and_two_do(acts, tmp_path_factory, tiny_area):
    shared = place("Shared", of=["Advice", "Night", "Silent"], at=(10.1, 60.1), unit="XT-W2")
    with sample_directory(tmp_path_factory.mktemp("gate"), tiny_area, *PARTS, shared, SAID_OF_A_WORD) as directory:
        directory.signed_in = True
        before = facts(directory)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SecondPerson, "present", False)
            for kind, *choices in acts:
                if kind == "agree":
                    directory.agree([each.showing for each in directory.waiting()], by="umed", also="noor", on=TODAY)
                    for asked in directory.proposals():
                        with suppress(MappingError):
                            directory.decide(asked.id, "accepted", by="umed", on=TODAY)
                    before = facts(directory)
                    assert not directory.waiting()
                else:
                    with suppress(MappingError):
                        act(directory, kind, *choices)
                    assert facts(directory) <= before
                require_nothing_overlooked(directory)


EVIL = {
    "organization": {"email": "trap@evil.example", "website": "https://evil.example"},
    "service": {"email": "trap@evil.example", "url": "https://evil.example", "fees_description": "evil"},
    "phone": {"number": "+992999999999", "extension": "999", "description": "evil"},
}
GOOD = {
    "organization": {"email": "b@umed.example", "website": "https://umed.example", "legal_status": "union"},
    "service": {"email": "b@umed.example", "url": "https://umed.example", "fees_description": "free"},
    "phone": {"number": "+992000100077", "extension": "7", "description": "office"},
}
TURNS = st.lists(
    st.tuples(
        st.sampled_from(("plant", "plant in a list", "go on", "go on in a list", "undo", "alone")),
        st.integers(0, 2),
    ),
    min_size=3,
    max_size=5,
)


def take_turn(directory, table: type[Organization | Service | Phone], name: str, turn: str, field: int) -> None:
    """Plant something, or go on with the record as a colleague does who knows of nothing."""
    values, by = (EVIL, "zarina") if turn.startswith("plant") else (GOOD, "umed")
    fields = sorted(values[table.table].items())
    new = dict([fields[field % len(fields)]])
    record = directory.record(table, name)
    if turn == "undo":
        directory.undo(by="zarina", on=TODAY)
    elif turn.endswith("list"):
        directory.add(batch(record.model_copy(update=new)), by=by, on=TODAY)
    else:
        directory.edit(table.table, record.id, new, by=by, on=TODAY, reason="x")


@settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
@given(table=st.sampled_from((Organization, Service, Phone)), turns=TURNS)
def test_what_one_person_planted_is_shown_by_nobody_who_goes_on_with_it(table, turns, tmp_path_factory, tiny_area):
    planted = {value for fields in EVIL.values() for value in fields.values()}
    with sample_directory(tmp_path_factory.mktemp("gate"), tiny_area, *PARTS) as directory:
        directory.signed_in = True
        name = directory.records(table)[0].id
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SecondPerson, "present", False)
            for turn, field in (*turns, ("alone", 0)):
                with suppress(MappingError):
                    agree_alone(directory) if turn == "alone" else take_turn(directory, table, name, turn, field)
            assert not {fact[-1] for fact in facts(directory)} & planted
