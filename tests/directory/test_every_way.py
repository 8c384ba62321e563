"""Every way of writing, tried by one person alone: no audience sees anything new; where two agree, it does.

The ways are held against the code: a method of the directory, or a kind of proposal, that none of them tries fails.
"""

import ast
import inspect
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import pytest

from mapping.directory.directory import Directory
from mapping.directory.proposals import as_fields
from mapping.directory.rows import STORED, ProposalKind
from mapping.errors import MappingError
from mapping.model import Address, Approval, Attribute, Location, Schedule, ServiceAtLocation, record_id
from mapping.quality.duplicates import Decided, batch_of
from tests.conftest import ROOT
from tests.directory import test_gate_by_chance
from tests.directory.test_gate import LEGAL, ONE, SHELTER, facts
from tests.directory.test_gate_by_chance import CONSENT
from tests.support.sample import (
    TODAY,
    approval,
    attribute,
    batch,
    contact,
    key,
    organization,
    phone,
    place,
    sample_directory,
    service,
    term,
    translations,
)
from tests.support.second_person import SecondPerson

Act = Callable[[Directory], Any]
UMED, HIDDEN, SILENT = key("organization", "Umed"), key("organization", "Hidden House"), key("service", "Silent")
OFFICE, REFUGE, AREA = (key("location", name) for name in ("Office", "Refuge", "Area only"))
ADVICE: dict[str, Any] = {
    "phones": ["+992000100002"],
    "hours": [("MO", "08:00", "17:00")],
    "description": "Law",
}
NIGHT: dict[str, Any] = {"of": "Umed", "audience": "public"}
OFFICE_AT: dict[str, Any] = {"of": ["Advice"], "at": (10.0, 60.1), "unit": "XT-W2"}
PARTS = (
    organization("Umed", phones=["+992000100001"], email="a@umed.example"),
    organization("Hidden House", audience="custodian"),
    service("Advice", of="Umed", **ADVICE),
    service("Night", types=["ACC-GBV"], **NIGHT),
    service("Silent", of="Hidden House"),
    place("Office", address="Main street 1", city="Town", **OFFICE_AT),
    place("Refuge", of=["Night"], at=(10.2, 60.2), unit="XT-W2", address="Secret street 9", city="Town"),
    place("Area only", of=["Advice"], at=(10.3, 60.3), unit="XT-W2", precision="area"),
    contact("Zulfiya", organization="Umed"),
    phone("+992000100007", organization="Umed", audience="custodian"),
)
LEGAL_AID, SECRET_PHONE = term("service_types", "LEG-INF"), key("phone", "+992000100007", "Umed", None, None)
OPEN_PHONE = key("phone", "+992000100002", None, "Advice", None)


def edit(table: str, record: str, **fields: Any) -> Act:
    return lambda directory: directory.edit(table, record, fields, **ONE)


def listed(*parts: Any, **given: Any) -> Act:
    """The next list of the same sender, or of another one."""
    return lambda directory: directory.add(batch(*parts, **given), by="zarina", on=TODAY)


def undo(directory: Directory) -> Any:
    return directory.undo(by="zarina", on=TODAY)


def undo_last(directory: Directory) -> Any:
    return directory.undo(directory.batches()[-1].number, by="zarina", on=TODAY)


def merge(table: str, keep: str, lost: str) -> Act:
    return lambda directory: directory.merge(keep, [lost], table=table, **ONE)


def tie(directory: Directory) -> Any:
    (own,) = directory.records(ServiceAtLocation, location_id=OFFICE)
    return directory.edit("service_at_location", own.id, {"location_id": REFUGE}, **ONE)


def kind(directory: Directory) -> Any:
    (own,) = directory.records(Attribute, link_id=SHELTER, link_type="service_type")
    return directory.edit("attribute", own.id, {"taxonomy_term_id": LEGAL_AID}, **ONE)


def kind_taken_out(directory: Directory) -> Any:
    (own,) = directory.records(Attribute, link_id=SHELTER, link_type="service_type")
    list_ = batch(attribute("Night", "service_type", "LEG-INF"), source="stewards")
    list_.removed.append(("attribute", own.id))
    return directory.add(list_, by="zarina", on=TODAY)


def hours(directory: Directory) -> Any:
    (own,) = directory.records(Schedule, service_id=LEGAL)
    return directory.edit("schedule", own.id, {"opens_at": "00:00"}, **ONE)


def withdrawn(directory: Directory) -> Any:
    """Whoever proposed to keep a field back takes that back."""
    list_ = batch(source="stewards")
    list_.removed.append(("approval", key("approval", "withhold", LEGAL, "description")))
    return directory.add(list_, by="zarina", on=TODAY)


def agreed_alone(*names: str) -> Act:
    def act(directory: Directory) -> None:
        kind(directory)
        waiting = [each.showing for each in directory.waiting()]
        for by in names:
            with suppress(MappingError):
                directory.take_up(waiting, by=by, on=TODAY)
            for also in ("", *names):
                with suppress(MappingError):
                    directory.agree(waiting, by=by, also=also, on=TODAY)

    return act


def erased(directory: Directory) -> Any:
    return directory.erase(OPEN_PHONE, **ONE)


def other_day(directory: Directory) -> Any:
    for day in (TODAY.replace(year=2020), TODAY.replace(year=2040)):
        directory.edit("service", SILENT, {"audience": "custodian"}, by="zarina", on=day, reason="x")
        directory.catch_up(on=day)


def acted(directory: Directory) -> Any:
    with directory.acting("write", by="zarina", on=TODAY) as writing:
        row = directory.record(Location, AREA).model_dump(mode="json") | {"precision": "exact"}
        writing.put("location", {AREA: row})


EDITS: dict[str, Act] = {
    "kind of a shelter": kind,
    "organization of a hidden one's service": edit("service", SILENT, organization_id=UMED),
    "place of a tie": tie,
    "number": edit("phone", OPEN_PHONE, number="+992999999999"),
    "number moved to another service": edit("phone", OPEN_PHONE, service_id=None, organization_id=UMED),
    "mail": edit("organization", UMED, email="trap@evil.example"),
    "web page": edit("organization", UMED, website="https://evil.example"),
    "web page of a service": edit("service", LEGAL, url="https://evil.example"),
    "number in a text": edit("service", LEGAL, description="Law. Call +992 999 999 999"),
    "short number in a text": edit("service", LEGAL, description="Law. Call 1414"),
    "name on a network in a text": edit("service", LEGAL, description="Law. Write to @trap"),
    "directions to a place": edit("location", OFFICE, name="The house by the mosque"),
    "country of an address": edit("address", key("address", "Office"), country="XW"),
    "point": edit("location", OFFICE, latitude=10.4),
    "district": edit("location", AREA, area_unit="XT-E1"),
    "hours of a line": hours,
    "audience of an organization": edit("organization", HIDDEN, audience="public"),
    "audience of a number": edit("phone", SECRET_PHONE, audience="public"),
    "precision of a place": edit("location", AREA, precision="exact"),
    "a row as it is kept": acted,
}
LISTS: dict[str, Act] = {
    "a kind left out and another in its place": listed(service("Night", types=["LEG-INF"], **NIGHT)),
    "a harmless kind added": listed(service("Night", types=["ACC-GBV", "LEG-INF"], **NIGHT)),
    "a harmless kind from another sender": listed(attribute("Night", "service_type", "LEG-INF"), source="other"),
    "a kind taken out": kind_taken_out,
    "another number": listed(service("Advice", of="Umed", **ADVICE | {"phones": ["+992999999999"]})),
    "a number more": listed(phone("+992999999999", service="Advice"), source="other"),
    "another mail": listed(organization("Umed", email="trap@evil.example")),
    "another address": listed(place("Office", address="Trap street 1", city="Town", **OFFICE_AT)),
    "another point": listed(place("Office", address="Main street 1", **OFFICE_AT | {"at": (10.4, 60.4)})),
    "the place of an area": listed(place("Area only", of=["Advice"], at=(10.3, 60.3), unit="XT-W2")),
    "a hidden organization marked public": listed(organization("Hidden House")),
    "a hidden number marked public": listed(phone("+992000100007", organization="Umed")),
    "a new organization": listed(organization("New"), service("New line", of="New", phones=["+992000100009"])),
    "a shelter under another kind": listed(service("Shelter", of="Umed", types=["LEG-INF"])),
    "a service at a shelter's place": listed(place("Refuge", of=["Advice"], at=(10.2, 60.2), unit="XT-W2")),
    **{
        f"an approval of {kind_} typed": listed(approval(kind_, subject, value))
        for kind_, subject, value in (
            ("audience", HIDDEN, "public"),
            ("audience", SHELTER, "public"),
            ("precision", REFUGE, "exact"),
            ("precision", AREA, "exact"),
            ("contact_name", key("contact", "Zulfiya"), ""),
        )
        if kind_ in get_args(Approval.model_fields["kind"].annotation)
    },
}
WITHHELD = listed(approval("withhold", LEGAL, "description"))
SPELT = "zarina", "ZARINA", "z\u0430rina", "zarina\u200b"
OTHERS: dict[str, tuple[Act | None, Act]] = {
    "undoing what hid a service": (edit("service", LEGAL, audience="custodian"), undo),
    "undoing what hid an organization": (edit("organization", UMED, audience="custodian"), undo),
    "undoing a list that hid": (listed(attribute("Advice", "service_type", "ACC-GBV")), undo),
    "undoing a merge into a hidden organization": (merge("organization", HIDDEN, UMED), undo),
    "undoing an undoing": (lambda d: (edit("phone", OPEN_PHONE, number="+992000100088")(d), undo(d)), undo_last),
    "undoing what kept a field back": (WITHHELD, undo),
    "taking out what kept a field back": (WITHHELD, withdrawn),
    "merging a hidden organization into a public one": (None, merge("organization", UMED, HIDDEN)),
    "merging a public organization into a hidden one": (None, merge("organization", HIDDEN, UMED)),
    "merging a secret place into a public one": (None, merge("location", OFFICE, REFUGE)),
    "merging a public place into a secret one": (None, merge("location", REFUGE, OFFICE)),
    "merging a shelter into a legal clinic": (None, merge("service", LEGAL, SHELTER)),
    "listing again what was kept out": (
        edit("service", LEGAL, do_not_list=True),
        edit("service", LEGAL, do_not_list=False),
    ),
    "agreeing to it oneself": (None, agreed_alone("zarina")),
    "agreeing under other spellings": (None, agreed_alone(*SPELT)),
    "erasing": (None, erased),
    "another day": (None, other_day),
}
IN_RUSSIAN = translations(Address(id=key("address", "Office"), location_id=OFFICE), city={"ru": "Town"})
OTHERS |= {
    "an address in another language": (
        listed(IN_RUSSIAN),
        edit("translation", IN_RUSSIAN[0].id, text="Elsewhere"),
    ),
    "opening again what closed": (
        edit("service", LEGAL, status="defunct"),
        edit("service", LEGAL, status="active"),
    ),
}
MOVED = listed(
    organization("Umed", phones=["+992000100001"], email="a@umed.example"),
    service("advice", of="Umed", **ADVICE),
    place("Elsewhere", address="Trap street 1", city="Town", of=["advice"], at=(10.05, 60.15), unit="XT-W2"),
)


def not_moved(directory: Directory) -> Any:
    (move,) = directory.moves()
    decided = Decided(1, "service", move.service, move.now, "different", "", "", "")
    return directory.add(batch_of([decided], by="zarina", on=TODAY), by="zarina", on=TODAY)


OTHERS |= {"an office that moved": (None, MOVED), "saying that an office did not move": (MOVED, not_moved)}
NEW = [*organization("New"), *service("New line", of="New", phones=["+992000100009"])]
PROPOSED: dict[ProposalKind, tuple[str, str, dict[str, Any]]] = {
    "edit": ("phone", OPEN_PHONE, {"number": "+992999999999"}),
    "add": ("phone", "p-new", {"number": "+992999999999", "service_id": LEGAL, "audience": "public"}),
    "new": ("organization", NEW[0].id, as_fields([each for each in NEW if each.table != "verification"])),
    "remove": ("attribute", "", {}),
    "erase": ("phone", OPEN_PHONE, {}),
    "merge": ("organization", UMED, {"others": [HIDDEN]}),
    "audience": ("organization", HIDDEN, {"value": "public"}),
    "precision": ("location", AREA, {"value": "exact"}),
    "statement": (
        "statement",
        record_id("stewards", "statement", "new"),
        {"text": "A safe place can be arranged", "route": "+992000100001", "audience": "public"},
    ),
    "map": ("source", "sample", {"value": "x", "map": "{}"}),
    "phones": ("source", "sample", {}),
    "undo": ("batch", "2", {}),
}
REFUSED = "an edit never lowers a mark"
STRICTEST = "what hides counts on, whatever a list adds"
SHOWS_NOTHING = {
    "saying that an office did not move": "both places are shown until somebody says that it did",
    "district": "`facts` passes over the district of a place that is shown by it",
    "audience of an organization": REFUSED,
    "audience of a number": REFUSED,
    "precision of a place": REFUSED,
    "a harmless kind added": STRICTEST,
    "a harmless kind from another sender": STRICTEST,
    "the place of an area": STRICTEST,
    "a hidden organization marked public": STRICTEST,
    "a hidden number marked public": STRICTEST,
    "taking out what kept a field back": "an agreement is no part of a list",
    "merging a hidden organization into a public one": STRICTEST,
    "merging a public organization into a hidden one": STRICTEST,
    "merging a shelter into a legal clinic": STRICTEST,
    "erasing": "it only takes away",
    "another day": "nothing of the sample ends",
}
"""Ways that show nothing new even where two agree, and why."""

WAYS = {name: (None, act) for name, act in (EDITS | LISTS).items()} | OTHERS


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("made")
    sample_directory(folder, tiny_area, *PARTS).close()
    return folder


@pytest.fixture
def directory(made, tmp_path, tiny_area):
    folder = shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with Directory(folder / "directory.db", tiny_area) as opened:
        opened.signed_in = True
        yield opened


@pytest.fixture(scope="module")
def known_at_first(made, tiny_area):
    """All that anybody may read of the directory as it was made."""
    with Directory(made / "directory.db", tiny_area) as opened:
        return facts(opened)


def agree_to_all(directory: Directory) -> None:
    """Let another person agree to whatever waits."""
    directory.agree([each.showing for each in directory.waiting()], by="umed", also="noor", on=TODAY)
    for asked in directory.proposals():
        with suppress(MappingError):
            directory.decide(asked.id, "accepted", by="umed", on=TODAY)
    directory.agree([each.showing for each in directory.waiting()], by="umed", also="noor", on=TODAY)


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "a typed name"])
@pytest.mark.parametrize("way", WAYS)
def test_one_person_alone_shows_nothing_new(directory, known_at_first, monkeypatch, way, signed_in):
    before, act = WAYS[way]
    known = known_at_first
    if before is not None:
        before(directory)
        known = facts(directory)
    monkeypatch.setattr(SecondPerson, "present", False)
    directory.signed_in = signed_in
    with suppress(MappingError):
        act(directory)
    assert facts(directory) <= known
    if way in SHOWS_NOTHING or not signed_in:
        return
    agree_to_all(directory)
    assert facts(directory) - known, "two people show nothing by it either, so that it proves nothing"


@pytest.mark.parametrize("kind_", PROPOSED)
def test_one_person_agrees_to_no_proposal_of_theirs(directory, monkeypatch, kind_):
    table, record, fields = PROPOSED[kind_]
    if kind_ == "undo":
        edit("service", LEGAL, audience="custodian")(directory)
    if kind_ == "remove":
        (own,) = directory.records(Attribute, link_id=SHELTER, link_type="service_type")
        record = own.id
        directory.add(batch(attribute("Night", "service_type", "LEG-INF"), source="other"), by="t", on=TODAY)
    monkeypatch.setattr(SecondPerson, "present", False)
    known = facts(directory)
    number = directory.propose(kind_, table, record, fields, by="zarina", on=TODAY, **CONSENT)
    for by in SPELT:
        with suppress(MappingError):
            directory.decide(number, "accepted", by=by, on=TODAY)
    directory.signed_in = False
    with suppress(MappingError):  # a typed name is nobody's
        directory.decide(number, "accepted", by="umed", on=TODAY)
    assert facts(directory) <= known


def test_two_people_who_sign_in_do_what_was_proposed(directory, monkeypatch):
    monkeypatch.setattr(SecondPerson, "present", False)
    for kind_ in ("edit", "add", "new", "audience", "precision", "statement"):
        known = facts(directory)
        table, record, fields = PROPOSED[kind_]
        number = directory.propose(kind_, table, record, fields, by="zarina", on=TODAY, **CONSENT)
        directory.decide(number, "accepted", by="umed", on=TODAY)
        assert facts(directory) - known, kind_


# -- the ways, held against the code -----------------------------------------------------------------------------------


def methods_that_write() -> set[str]:
    """Every public method of a directory that opens a transaction, or an act."""
    tree = ast.parse(inspect.getsource(Directory)).body[0]
    assert isinstance(tree, ast.ClassDef)
    return {
        method.name
        for method in tree.body
        if isinstance(method, ast.FunctionDef)
        and not method.name.startswith("_")
        and {"acting", "_transaction"} & {node.attr for node in ast.walk(method) if isinstance(node, ast.Attribute)}
    }


@pytest.mark.parametrize("file", [__file__, test_gate_by_chance.__file__], ids=["one by one", "by chance"])
def test_every_method_that_writes_is_tried(file):
    own = ast.parse(Path(file).read_text(encoding="utf-8"))
    tried = {
        node.func.attr for node in ast.walk(own) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert methods_that_write() >= {"add", "edit", "merge", "undo", "propose", "decide", "agree", "take_up"}
    # the first keeps nothing, the second is part of every act, the third writes the code of a country
    assert methods_that_write() - tried - {"would_show", "acting", "keep_area"} == set()


def test_every_kind_of_proposal_is_tried():
    assert set(PROPOSED) == set(get_args(ProposalKind))


def test_portals_and_command_line_write_through_these_methods_alone():
    """No page and no command writes SQL into a directory, opens an act of its own, or passes the gate by itself."""
    names = "|".join((*STORED, "batch", "history", "shown", "waiting", "gate"))
    statement = re.compile(rf'(INTO|UPDATE|FROM|TABLE)\s+"?({names})\b', re.IGNORECASE)
    inner = {"acting", "_transaction", "_pass_gate", "pass_gate", "pass_everything", "keep_edit", "carry_out"}
    found = []
    for path in (*ROOT.glob("web/staff/**/*.py"), *ROOT.glob("web/partner/**/*.py"), *ROOT.glob("mapping/cli/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            writes = statement.search(text) and not text.lstrip().upper().startswith("SELECT")
            if writes or (isinstance(node, ast.Attribute) and node.attr in inner):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
