"""Each of these changes to `mapping.safety.redaction` leaks something, and some test must fail for it."""

import inspect
import types
from collections.abc import Callable, Iterator

import pytest

from mapping.area.study_area import StudyArea
from mapping.safety import redaction
from tests.safety import test_redaction

SOURCE = inspect.getsource(redaction)

LONG = {
    "test_the_order_of_records_does_not_matter",
    "test_every_kind_that_is_hidden_by_default_is",
    "test_groups_that_would_out_somebody_are_not_public",
    "test_the_strictest_of_organization_service_tie_and_place_decides",
}
"""Checks that take longer than all others together: they look only at what these did not notice."""

CHECKS: dict[str, Callable[..., None]] = {
    name: function
    for name, function in sorted(vars(test_redaction).items(), key=lambda item: item[0] in LONG)
    if name.startswith("test_") and set(inspect.signature(function).parameters) <= {"tiny_area"}
}

MUTANTS = {
    "the default of a kind is not asked": (
        "return strictest(*(rule.audience for rule in self.types.get(service.id) or [UNKNOWN_TYPE]))",
        'return "public"',
    ),
    "the mildest of several kinds decides": (
        "return strictest(*(rule.audience for rule in self.types.get(service.id) or [UNKNOWN_TYPE]))",
        "return min((r.audience for r in self.types.get(service.id) or [UNKNOWN_TYPE]), key=AUDIENCES.index)",
    ),
    "a service without a kind is public": (
        "for rule in self.types.get(service.id) or [UNKNOWN_TYPE]))",
        'for rule in self.types.get(service.id) or [TypeRule("public", "exact")]))',
    ),
    "an unknown kind is public": (
        'UNKNOWN_TYPE = TypeRule("custodian", "none")',
        'UNKNOWN_TYPE = TypeRule("public", "exact")',
    ),
    "an unknown kind is passed over": (
        "append((kind and rules.types.get(kind)) or UNKNOWN_TYPE)",
        'append((kind and rules.types.get(kind)) or TypeRule("public", "exact"))',
    ),
    "the precision of a kind is not asked": (
        "return least_precise(place, by_type)",
        "return place",
    ),
    "the precision of a place is not asked": (
        "return least_precise(own, known)",
        "return known",
    ),
    "the middle of a unit is a point": (
        "return least_precise(own, known)",
        "return own",
    ),
    "an unknown precision is exact": (
        '            return "none"\n        known: Precision',
        '            own = "exact"\n        known: Precision',
    ),
    "one person lowers": (
        "two_people(approval.approved_by, approval.approved_by_too)\n            and",
        "True\n            and",
    ),
    "one person under two spellings lowers": (
        "two_people(approval.approved_by, approval.approved_by_too)",
        "approval.approved_by != approval.approved_by_too",
    ),
    "consent is not asked": ('and bool((approval.consent_by or "").strip())', "and True"),
    "consent never ends": ("and approval.approved_on <= self.today <= approval.consent_until", "and True"),
    "consent ends a day late": (
        "<= self.today <= approval.consent_until",
        "<= self.today - dt.timedelta(days=1) <= approval.consent_until",
    ),
    "an approval holds before it was given": (
        "and approval.approved_on <= self.today <= approval.consent_until",
        "and self.today <= approval.consent_until",
    ),
    "any approval lowers": (
        'if approval.kind == "audience" and approval.value in AUDIENCES:',
        "if approval.value in AUDIENCES:",
    ),
    "the first word counts": (
        "key=lambda a: (a.approved_on, _strictness(a.value), a.id)",
        "key=lambda a: (-a.approved_on.toordinal(),)",
    ),
    "of one day the milder word counts": (
        "key=lambda a: (a.approved_on, _strictness(a.value), a.id)",
        "key=lambda a: (a.approved_on, -_strictness(a.value))",
    ),
    "lowering the audience shows the place": (
        "by_type = self.approved.precision.get(service) or least_precise(",
        'by_type = ("exact" if service in self.approved.audience else None) or least_precise(',
    ),
    "a kept back field is shown": (
        "row = without(row, kept_back)",
        "pass",
    ),
    "a translation of a kept back field is shown": (" or name in self.seen.approved.withheld.get(link, ()):", ":"),
    "a record without what it says is shown": (
        'return "custodian" if kept_back and kept_back & required(type(record)) else "public"',
        'return "public"',
    ),
    "an odd marking is public": (
        'return marked if marked in AUDIENCES else "custodian"',
        'return marked if marked in AUDIENCES else "public"',
    ),
    "records without parents are public": (
        'return audiences if audiences or table in ROOTS else ["custodian"]',
        "return audiences or ['public']",
    ),
    "a missing parent is public": (
        'return self.audience[table].get(record_id, "custodian")',
        'return self.audience[table].get(record_id, "public")',
    ),
    "one visible parent is enough": (
        "return audiences if audiences or table in ROOTS",
        "return [min(audiences, key=AUDIENCES.index, default='public')] if audiences or table in ROOTS",
    ),
    "links are not followed": (
        "return entity in VOCABULARIES or link in self.shown.get(entity, ())",
        "return True",
    ),
    "needed parents may be missing": (
        "            if values[name] is None:\n",
        "            if False:\n",
    ),
    "the marking of the tie is not asked": ("chain = [self.own(at), ", "chain = ["),
    "the marking of the place is not asked": ("chain = [self.own(place), ", "chain = ["),
    "the service at a place is not asked": (
        'self._withheld(at), self.of("service", at.service_id), place]',
        "self._withheld(at), place]",
    ),
    "the owner of a place is not asked": ('chain.append(self.of("organization", place.organization_id))', "pass"),
    "contact-only places are shown": ('"custodian" if precision == "none" else strictest(*chain)', "strictest(*chain)"),
    "a place is shown as the mildest service allows": (
        "least_precise(self.precision.get(place, precision), precision)",
        "min(self.precision.get(place, precision), precision, key=PRECISIONS.index)",
    ),
    "hidden services make a place vague": (
        'if allows(self.audience, self.seen.of("service_at_location", at)):',
        "if at in self.seen.path_precision:",
    ),
    "the texts of a vague place are shown": (
        'return without(row, [*PLACE_TEXTS["location"], *(() if unit else ("area_unit",))]) | place',
        "return row | place",
    ),
    "the point of a vague place is shown": (
        '        "latitude",\n        "longitude",\n        "position_basis",\n        "location_type",\n    ),',
        "    ),",
    ),
    "a tie to a vague place is not vague": (
        "        self.vague |= {at for at, place in self.seen.ties.items() if place in self.vague}\n",
        "",
    ),
    "the texts of a vague tie are shown": (
        'return without(row, PLACE_TEXTS["service_at_location"]) if record.id in self.vague else row',
        "return row",
    ),
    "the address of a vague place is shown": ("return record.location_id not in self.vague", "return True"),
    "translations of a vague place are shown": (
        "return link not in self.vague or name not in PLACE_TEXTS[table]",
        "return True",
    ),
    "the unit of a vague place does not climb": (
        "unit = self.seen.rules.unit_to_show(record.area_unit) if record.area_unit else None",
        "unit = record.area_unit",
    ),
    "people's names are shown": (
        "if isinstance(record, Contact) and record.id not in self.approved.audience:",
        "if isinstance(record, Contact) and False:",
    ),
    "people's translated names are shown": (
        "            return link in self.seen.approved.audience\n",
        "            return True\n",
    ),
    "the stored marking is published": (
        '            row["audience"] = self.of(record.table, record.id)\n',
        "            pass\n",
    ),
    "agreements tell of hidden kinds": (
        "codes = [c for c in codes_of(record.service_types) if allows(self.audience, self.seen.by_code(c))]",
        "codes = codes_of(record.service_types)",
    ),
    "agreements about hidden kinds are shown": (
        'return min((self.by_code(code) for code in codes), key=AUDIENCES.index, default="public")',
        'return "public"',
    ),
    "activities of hidden kinds are shown": (
        'return self.by_code(activity.service_type) if activity.service_type else "public"',
        'return "public"',
    ),
    "counts of few are public": (
        'return row | dict.fromkeys(self._too_few(record)) if self.audience == "public" else row',
        "return row",
    ),
    "small counts of cases are public": (
        'if table == "case_count" and self.audience == "public":',
        "if False:",
    ),
    "what is not to be listed is listed": ('if record.__dict__.get("do_not_list"):', "if False:"),
    "few others can be told": (
        "if (record.reached or 0) - (record.reached_women or 0) in few:",
        "if False:",
    ),
    "statements need one person": (
        "holds = two_people(statement.approved_by, statement.approved_by_too) and bool",
        "holds = bool",
    ),
    "statements need no consent": ("and bool(statement.consent_by.strip())\n", "\n"),
    "statements never end": (
        'return "public" if holds and statement.consent_until >= self.rules.today else',
        'return "public" if holds else',
    ),
    "standards are public": (
        '"standard_assessment": lambda *_: "partner"',
        '"standard_assessment": lambda *_: "public"',
    ),
    "sensitive groups are said": ('(self.audience != "public" or term not in rules.sensitive)', "True"),
    "sensitive groups are listed": ("{*rules.vocabulary} - forbidden", "{*rules.vocabulary}"),
    "words of lists are said": ("is_ours = term is None or term in rules.vocabulary", "is_ours = True"),
    "everybody may see whatever anybody may": (
        "return wanted in AUDIENCES and AUDIENCES.index(wanted) <= AUDIENCES.index(audience)",
        "return wanted in VIEWS",
    ),
    "references to hidden records stay": (
        "row[column] = ids.get(row[column])",
        "row[column] = ids.get(row[column], row[column])",
    ),
    "what is said of a hidden record is shown": ("visible = list(filter(self._is_owner_shown, visible))", "pass"),
    "a record counts as shown that is not": ("self.shown[table].update(rows)", "self.shown[table].update(marked)"),
    "private ids stay": ("row[column] = ids.get(row[column])", "pass"),
}


def spoilt(old: str, new: str) -> types.ModuleType:
    """`mapping.safety.redaction` with one piece of its source put differently."""
    assert SOURCE.count(old) == 1, f"the mutant is out of date: {old!r} stands {SOURCE.count(old)} times in the source"
    module = types.ModuleType("spoilt")
    module.__file__ = redaction.__file__  # beside it stands what may be published
    exec(compile(SOURCE.replace(old, new), "spoilt", "exec"), module.__dict__)
    return module


def failing(area: StudyArea) -> Iterator[str]:
    """Yield the checks that fail by what they find; a mutant that breaks down is no test of the tests."""
    for name, check in CHECKS.items():
        try:
            check(*([area] if inspect.signature(check).parameters else []))
        except AssertionError:
            yield name


def test_the_checks_hold_for_the_module_as_it_is(tiny_area: StudyArea) -> None:
    assert len(CHECKS) > 40
    assert CHECKS.keys() >= LONG
    assert list(failing(tiny_area)) == []


@pytest.mark.parametrize("change", MUTANTS)
def test_a_leak_is_noticed(change: str, tiny_area: StudyArea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_redaction, "redaction", spoilt(*MUTANTS[change]))
    assert next(failing(tiny_area), None), change


KEPT_BACK = [(table, name) for table, names in redaction.KEPT_BACK.items() for name in names]


@pytest.mark.parametrize(("table", "name"), KEPT_BACK)
def test_a_private_field_that_gets_published_is_noticed(table: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(redaction.PUBLISHED, table, (*redaction.PUBLISHED[table], name))
    with pytest.raises(AssertionError):
        test_redaction.test_no_field_that_is_kept_back_is_shown_to_anyone()
