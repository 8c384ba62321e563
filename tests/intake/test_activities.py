"""Lists that speak of bodies of other lists: activities, agreements, answers to the checklist of standards."""

import datetime as dt

import pytest

from mapping.column_map import ColumnMap
from mapping.intake.read import Known, read
from mapping.language.taxonomy import Vocabulary
from tests.support.sample import batch, organization, place, service
from tests.support.second_person import EveryMap

TODAY = dt.date(2026, 11, 24)
SHAPES = {
    "activity": {
        "key": ["no"],
        "organization": ["who"],
        "implementer": ["by"],
        "service": ["what"],
        "activity": ["title"],
        "unit": ["where"],
        "unit_code": ["code"],
        "start": ["start"],
        "end": ["end"],
        "planned": ["planned"],
        "reached": ["reached"],
        "reached_women": ["women"],
        "target_group": ["group"],
    },
    "agreement": {
        "key": ["no"],
        "from": ["from"],
        "to": ["to"],
        "service": ["what"],
        "signed_on": ["signed"],
        "valid_to": ["until"],
        "status": ["status"],
        "consent": ["consent"],
    },
    "assessment": {
        "service_ref": ["ref"],
        "organization": ["who"],
        "service": ["what"],
        "standard": ["standard"],
        "answer": ["answer"],
        "assessed_on": ["day"],
        "assessed_by": ["by"],
    },
}


@pytest.fixture
def known():
    """What the lists before said: two bodies with a service each."""
    known = Known(maps=EveryMap())
    for body, help_ in (("Umed", "LEG-INF"), ("Soyai Chinor", "PSY-COU")):
        parts = (organization(body), service(f"S {body}", of=body, types=[help_]), place(f"P {body}", of=[f"S {body}"]))
        known.learn(batch(*parts).records)
    return known


@pytest.fixture
def take(tmp_path, tiny_area, known):
    """Return the batch of rows of a shape, each given as a dictionary."""

    def take_rows(shape, *rows):
        names = list(dict.fromkeys(name for columns in SHAPES[shape].values() for name in columns))
        lines = [";".join(names), *(";".join(str(row.get(name, "")) for name in names) for row in rows)]
        path = tmp_path / "list.csv"
        path.write_text("\n".join(lines), "utf-8")
        columns = ColumnMap.model_validate(
            {
                "source": "x",
                "name": "X",
                "shape": shape,
                "fields": SHAPES[shape],
                "constants": {"marking": "all"},
                "markings": {"all": "public"},
            }
        )
        return read(path, columns=columns, area=tiny_area, today=TODAY, known=known)

    return take_rows


def said(batch, level, row=2):
    return [(issue.column, issue.problem) for issue in batch.issues if issue.row == row and issue.level == level]


ACTIVITY = {"no": 1, "who": "Umed", "what": "PRV-AWA", "title": "Street theatre", "where": "Juybor"}


def test_an_activity_of_a_known_body(take, known):
    (activity,) = take("activity", ACTIVITY).of("activity")
    assert activity.organization_id == known.called(["Umed"])[0].id
    assert (activity.service_type, activity.area_unit, activity.audience) == ("PRV-AWA", "XT-W2", "public")
    assert activity.name == "Street theatre"


def test_an_activity_of_a_new_body_makes_it_known(take):
    found = take("activity", ACTIVITY | {"who": "Nur"}, ACTIVITY | {"no": 2, "who": "NUR"})
    assert [body.name for body in found.of("organization")] == ["Nur"]
    assert len({activity.organization_id for activity in found.of("activity")}) == 1
    assert said(found, "note")[0][1] == "'Nur' is in no other list"


@pytest.mark.parametrize("field", ["who", "by"])
def test_a_row_that_is_refused_makes_no_body_that_later_rows_would_need(take, field):
    found = take("activity", ACTIVITY | {field: "Nur", "where": "Atlantis"}, ACTIVITY | {"no": 2, field: "Nur"})
    assert len(found.refused) == 1
    assert said(found, "note") == []  # it became nothing
    (body,), (activity,) = found.of("organization"), found.of("activity")
    assert body.name == "Nur"
    assert body.id == (activity.organization_id if field == "who" else activity.implementer_id)


@pytest.mark.parametrize(("missing", "word"), [("who", "who"), ("where", "where"), ("what", "what")])
def test_an_activity_without_the_least_is_refused(take, missing, word):
    found = take("activity", ACTIVITY | {missing: ""} | ({"title": ""} if missing == "what" else {}))
    assert found.of("activity") == []
    assert found.refused[0].reasons == (f"the row does not say {word}; mend the row and send it again",)


@pytest.mark.parametrize(
    ("cells", "field", "column"),
    [
        ({"start": "2026-09-01", "end": "2026-03-01"}, "end", "end"),
        ({"reached": 64, "women": 9999}, "reached_women", "women"),
        ({"reached": "#N/A"}, "reached", "reached"),
    ],
)
def test_what_cannot_be_is_left_out_of_an_activity(take, cells, field, column):
    found = take("activity", ACTIVITY | cells)
    assert getattr(found.of("activity")[0], field) is None
    assert [one for one, _problem in said(found, "refused")] == [column]


def test_too_many_people_reached_are_doubted(take):
    found = take("activity", ACTIVITY | {"planned": 30, "reached": 12000})
    assert said(found, "doubt") == [("reached", "12,000 reached of 30 planned")]
    assert found.of("activity")[0].reached == 12000


def test_a_unit_whose_name_and_code_differ(take):
    found = take("activity", ACTIVITY | {"code": "XT-E1"})
    assert found.of("activity")[0].area_unit == "XT-E1"
    assert said(found, "doubt")[0][0] == "code"


def test_a_free_text_that_could_tell_a_secret_stays_private(take):
    found = take("activity", ACTIVITY | {"title": "Meeting at 9 Zumrad street", "group": "call +992 00 000 44 44"})
    assert "Zumrad" not in str([*found.records])
    assert "44 44" not in str([*found.records])


@pytest.mark.parametrize("title", ["Talks at 7 Garden St", "Course in the house at 14b Old Mill Road, 2nd floor"])
def test_an_address_in_the_title_of_an_activity_stays_private(take, title):
    assert not take("activity", ACTIVITY | {"title": title}).of("activity")[0].name


@pytest.mark.parametrize("title", ["3 days on the road", "20 women walk a long road"])
def test_a_road_is_no_address(take, title):
    assert take("activity", ACTIVITY | {"title": title}).of("activity")[0].name == title


def test_a_row_that_repeats_another_is_read_once(take):
    batch = take("activity", ACTIVITY, ACTIVITY)
    assert len(batch.of("activity")) == 1
    assert said(batch, "note", 3) == [("", "the row repeats row 2")]


@pytest.mark.parametrize("text", ["б/н", "–", "без номера", "No number"])
def test_a_paper_without_a_number_has_none(take, monkeypatch, text):
    monkeypatch.setitem(SHAPES, "agreement", SHAPES["agreement"] | {"number": ["number"]})
    assert take("agreement", AGREEMENT | {"number": text}).of("referral_agreement")[0].number is None


def test_a_row_of_totals_under_agreements_is_passed_over(take):
    batch = take("agreement", AGREEMENT, {"no": "Всего: 1"})
    assert (len(batch.of("referral_agreement")), batch.refused) == (1, [])


def test_a_number_that_stands_twice_is_said_and_both_are_read(take):
    found = take("activity", ACTIVITY, ACTIVITY | {"where": "Qulla"})
    assert len(found.of("activity")) == 2
    assert said(found, "doubt", 3)[0][1] == "the number '1' stands in the file 2 times"


AGREEMENT = {"no": 1, "from": "Umed", "to": "ТҶ «Сояи Чинор»", "what": "psychologist", "status": "active"}


def test_an_agreement_between_known_bodies(take, known):
    (agreement,) = take("agreement", AGREEMENT).of("referral_agreement")
    ends = [known.called([name])[0].id for name in ("Umed", "Soyai Chinor")]
    assert [agreement.from_organization_id, agreement.to_organization_id] == ends
    assert (agreement.service_types, agreement.status) == ("PSY-COU", "active")


def test_an_agreement_with_an_unknown_end_is_refused_with_candidates(take):
    found = take("agreement", AGREEMENT | {"to": "Soyai Chinorak"})
    assert found.of("referral_agreement") == []
    assert "'Soyai Chinorak' is in no list; is it Soyai Chinor?" in found.refused[0].reasons


def test_an_agreement_that_ended_is_not_active(take):
    found = take("agreement", AGREEMENT | {"until": "2026-11-23"})
    assert [agreement.status for agreement in found.of("referral_agreement")] == ["expired"]
    last = take("agreement", AGREEMENT | {"until": "2026-11-24"})
    assert [agreement.status for agreement in last.of("referral_agreement")] == ["active"]


def test_an_agreement_that_ends_before_it_was_signed(take):
    found = take("agreement", AGREEMENT | {"signed": "2026-05-01", "until": "2020-01-01"})
    assert found.of("referral_agreement")[0].valid_to is None
    assert said(found, "refused")[0][0] == "until"


ANSWER = {
    "who": "Umed",
    "what": "legal advice",
    "standard": "STD-003",
    "answer": "yes",
    "day": "2026-05-01",
    "by": "peer",
}


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("да", "met"),
        ("ҳа", "met"),
        ("partly", "partly"),
        ("қисман", "partly"),
        ("не", "not met"),
        ("?", "unknown"),
    ],
)
def test_answers_in_several_languages(take, word, answer):
    (found,) = take("assessment", ANSWER | {"answer": word}).of("standard_assessment")
    assert (found.answer, found.standard, found.assessed_by) == (answer, "STD-003", "peer")


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("People can complain safely and see what happened to the complaint", "STD-012"),
        ("Пожаловаться можно безопасно, и человек узнаёт, что стало с жалобой.", "STD-012"),
    ],
)
def test_an_item_of_the_checklist_is_found_by_its_wording(take, wording, code):
    (found,) = take("assessment", ANSWER | {"standard": wording}).of("standard_assessment")
    assert found.standard == code


def test_an_answer_is_never_for_the_public(take):
    (found,) = take("assessment", ANSWER).of("standard_assessment")
    assert found.audience == "focal_point"


def test_a_service_is_found_by_its_number_and_kind(take, known):
    known.services["NGO-1|LEG-INF"] = "service of another body"
    (found,) = take("assessment", ANSWER | {"ref": "NGO-1"}).of("standard_assessment")
    assert found.service_id == "service of another body"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"standard": "STD-9999"}, "no item of the checklist"),
        ({"ref": "NGO-777"}, "no service of a list that was read"),
        ({"what": "psychologist"}, "no service of a list that was read"),
    ],
)
def test_an_answer_to_nothing_is_refused(take, cells, reason):
    found = take("assessment", ANSWER | cells)
    assert found.of("standard_assessment") == []
    assert reason in found.refused[0].reasons[0]


def test_a_name_of_who_assessed_stays_private(take):
    found = take("assessment", ANSWER | {"by": "Umeda Invented"})
    assert found.of("standard_assessment")[0].assessed_by is None
    assert said(found, "doubt")[0][0] == "by"


@pytest.mark.parametrize(("second", "answer"), [("2026-06-01", "not met"), ("2026-04-01", "met")])
def test_of_two_answers_the_later_stands(take, second, answer):
    found = take("assessment", ANSWER, ANSWER | {"answer": "no", "day": second})
    last = {record.id: record for record in found.of("standard_assessment")}
    assert [record.answer for record in last.values()] == [answer]
    assert said(found, "doubt", 3) == [("standard", "row 2 answers this too")]


def test_an_agreement_with_oneself_is_refused(take):
    found = take("agreement", {"no": 1, "from": "Umed", "to": "Umed", "what": "LEG-INF"})
    assert found.of("referral_agreement") == []
    assert "an agreement with itself" in found.refused[0].reasons[0]


def test_an_answer_of_next_year_is_no_answer(take):
    answer = {"who": "Umed", "what": "LEG-INF", "standard": "GEN-01", "answer": "met", "by": "self"}
    code = next(iter(Vocabulary.load("standards").terms())).code
    later = take("assessment", answer | {"standard": code, "day": "2027-03-01"})
    assert later.of("standard_assessment") == []
    assert "no day that can be" in later.refused[0].reasons[0]
    (record,) = take("assessment", answer | {"standard": code, "day": "2026-03-01"}).of("standard_assessment")
    assert record.assessed_on == dt.date(2026, 3, 1)


def test_a_day_that_can_be_read_in_two_ways_says_which_was_taken(take):
    found = take("activity", ACTIVITY | {"start": "03/04/2026"})
    (activity,) = found.of("activity")
    assert activity.start == dt.date(2026, 4, 3)
    told = "03/04/2026 is read as 3 April 2026; it could be 4 March 2026"
    assert any(told in text for _, text in said(found, "doubt"))


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("Центр поддержки женщин «Нигина»", "Nigina Women's Support Centre"),
        ("Кризисный центр «Сафо»", "Safo crisis center"),
        ("Маркази бӯҳронии Сафо", 'Кризисный центр "Сафо"'),
        ("Lawyer Lojvard Farzieva", "Адвокат Фарзиева Лочвард"),
    ],
)
def test_an_end_is_found_by_its_name_in_another_language_and_script(take, known, held, told):
    known.learn(batch(organization(held)).records)
    found = take("agreement", AGREEMENT | {"to": told})
    (agreement,) = found.of("referral_agreement")
    assert known.bodies[agreement.to_organization_id].name == held
    assert any(f"was taken for {held!r}" in issue.problem for issue in found.issues)


@pytest.mark.parametrize("told", ["Больница «Сафо»", "Кризисный центр «Сафоев»", "Кризисный центр № 2 «Сафо»", "Safo"])
def test_a_name_of_which_only_a_part_fits_is_taken_for_nobody(take, known, told):
    known.learn(batch(organization("Кризисный центр «Сафо»")).records)
    found = take("agreement", AGREEMENT | {"to": told})
    assert found.of("referral_agreement") == []
    assert found.refused[0].reasons[0].count("Сафо»") <= 2  # each name that it may be is told once


def test_an_agreement_of_two_entries_that_may_be_one_is_refused(take, known):
    known.learn(batch(organization("Маркази бӯҳронии Сафо"), organization("Кризисный центр «Сафо»")).records)
    found = take("agreement", AGREEMENT | {"from": "Маркази бӯҳронии Сафо", "to": "Кризисный центр «Сафо»"})
    assert found.of("referral_agreement") == []
    assert "may be one organization" in found.refused[0].reasons[0]


@pytest.mark.parametrize(
    ("state", "start", "end", "status"),
    [
        ("ongoing", "2027-02-01", "", "unknown"),
        ("ongoing", "2025-02-01", "2025-03-01", "unknown"),
        ("planned", "2025-02-01", "2025-03-01", "unknown"),
        ("completed", "2027-02-01", "", "unknown"),
        ("ongoing", "2026-02-01", "2027-03-01", "ongoing"),
        ("planned", "2027-02-01", "", "planned"),
        ("completed", "2025-02-01", "2025-03-01", "completed"),
    ],
)
def test_a_status_that_its_days_contradict_is_unknown(take, monkeypatch, state, start, end, status):
    monkeypatch.setitem(SHAPES["activity"], "status", ["state"])
    found = take("activity", ACTIVITY | {"state": state, "start": start, "end": end})
    assert [activity.status for activity in found.of("activity")] == [status]
    assert any("counts as unknown" in issue.fix for issue in found.issues) == (status == "unknown")


@pytest.mark.parametrize(
    ("word", "until", "status"),
    [
        ("Действует", "2027-01-01", "active"),
        ("амал мекунад", "", "active"),
        ("в силе", "", "active"),
        ("In force", "", "active"),
        ("действует", "2026-01-01", "expired"),
        ("истёк", "", "expired"),
        ("мӯҳлаташ гузашт", "", "expired"),
        ("приостановлено", "", "suspended"),
        ("на подписании", "", "draft"),
        ("лоиҳа", "", "draft"),
        ("amal qiladi", "", "active"),
    ],
)
def test_the_state_of_an_agreement_in_the_words_of_four_languages(take, word, until, status):
    found = take("agreement", AGREEMENT | {"status": word, "until": until})
    assert [agreement.status for agreement in found.of("referral_agreement")] == [status]


@pytest.mark.parametrize(("column", "word"), [("status", "как договоримся"), ("document", "рукопожатие")])
def test_words_of_an_agreement_that_nobody_knows_are_told(take, monkeypatch, column, word):
    monkeypatch.setitem(SHAPES, "agreement", SHAPES["agreement"] | {"document": ["document"]})
    found = take("agreement", AGREEMENT | {column: word})
    (agreement,) = found.of("referral_agreement")
    assert (agreement.status, agreement.document) == ("unknown" if column == "status" else "active", None)
    assert [(where, word in told) for where, told in said(found, "doubt")] == [(column, True)]


def test_the_state_of_an_activity_that_nobody_knows_is_told(take, monkeypatch):
    monkeypatch.setitem(SHAPES, "activity", SHAPES["activity"] | {"status": ["status"]})
    found = take("activity", ACTIVITY | {"status": "бог весть"})
    assert [activity.status for activity in found.of("activity")] == ["unknown"]
    assert [(where, "бог весть" in told) for where, told in said(found, "doubt")] == [("status", True)]


@pytest.mark.parametrize(
    ("word", "by"), [("Комиссия", "commission"), ("сами", "self"), ("худашон", "self"), ("взаимная проверка", "peer")]
)
def test_who_assessed_in_the_words_of_four_languages(take, word, by):
    assert [answer.assessed_by for answer in take("assessment", ANSWER | {"by": word}).of("standard_assessment")] == [
        by
    ]


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Soyai Chinorak", ["Soyai Chinor"]),
        ("Фонд «Сояи Чанор»", ["Soyai Chinor"]),
        ("Зелёная колыбель", []),
        ("Umed No. 5", []),  # another number is another body
        ("и К", []),
    ],
)
def test_candidates_are_names_that_are_alike(take, text, candidates):
    (reason,) = take("agreement", AGREEMENT | {"to": text}).refused[0].reasons
    asked = reason.partition("; ")[2]
    assert asked == (f"is it {', '.join(candidates)}?" if candidates else "import the list that has it first")


@pytest.mark.parametrize(
    "cell",
    [
        "Umed – Soyai Chinor",
        "Umed / Soyai Chinor",
        "Umed; Soyai Chinor",
        "между «Umed» и «Soyai Chinor»",
        "байни Umed ва Soyai Chinor",
        "Umed va Soyai Chinor oʻrtasida",
        "between Umed and Soyai Chinor",
    ],
)
def test_two_parties_of_one_cell_are_two(take, monkeypatch, known, cell):
    fields = {name: column for name, column in SHAPES["agreement"].items() if name not in ("from", "to")}
    monkeypatch.setitem(SHAPES, "agreement", fields | {"parties": ["parties"]})
    separator = cell.replace(";", ",")
    (agreement,) = take("agreement", AGREEMENT | {"parties": separator}).of("referral_agreement")
    ids = [known.called([name])[0].id for name in ("Umed", "Soyai Chinor")]
    assert [agreement.from_organization_id, agreement.to_organization_id] == ids


@pytest.mark.parametrize("cell", ["Umed", "Umed – Nobody Here", "Nobody and Nothing"])
def test_parties_of_which_one_is_unknown_are_told(take, monkeypatch, cell):
    fields = {name: column for name, column in SHAPES["agreement"].items() if name not in ("from", "to")}
    monkeypatch.setitem(SHAPES, "agreement", fields | {"parties": ["parties"]})
    found = take("agreement", AGREEMENT | {"parties": cell})
    assert found.of("referral_agreement") == []
    assert "does not name two organizations" in found.refused[0].reasons[0]


@pytest.mark.parametrize("text", ["3 года", "3 сол", "3 yil", "three years"])
def test_a_term_ends_so_long_after_the_signature(take, text):
    found = take("agreement", AGREEMENT | {"signed": "2025-02-28", "until": text})
    assert [agreement.valid_to for agreement in found.of("referral_agreement")] == [dt.date(2028, 2, 28)]
    assert said(found, "note") == [("until", f"{text!r} from 28 February 2025 ends on 28 February 2028")]


def test_a_term_without_a_day_of_signature_is_told(take):
    found = take("agreement", AGREEMENT | {"signed": "", "until": "3 года"})
    assert [agreement.valid_to for agreement in found.of("referral_agreement")] == [None]
    assert said(found, "refused") == [("until", "'3 года' is a term, and no day says from when")]


def test_the_days_of_an_activity_in_one_column_are_its_first_and_last(take, monkeypatch):
    fields = {name: column for name, column in SHAPES["activity"].items() if name != "end"}
    monkeypatch.setitem(SHAPES, "activity", fields)
    rows = [
        ACTIVITY | {"no": n, "start": days} for n, days in enumerate(("12.05.2026–14.05.2026", "март 2026", "5.6.2026"))
    ]
    days = [(str(activity.start), str(activity.end)) for activity in take("activity", *rows).of("activity")]
    assert days == [("2026-05-12", "2026-05-14"), ("2026-03-01", "2026-03-31"), ("2026-06-05", "None")]


@pytest.mark.parametrize("number", ["4", "item no. 4", "1.1", "98"])
def test_a_bare_number_is_no_item_of_our_checklist(take, number):
    found = take("assessment", ANSWER | {"standard": number})
    assert found.of("standard_assessment") == []
    assert "no item" in found.refused[0].reasons[0]


def test_what_a_title_says_is_the_kind_where_no_column_tells_it(take):
    found = take("activity", ACTIVITY | {"what": "", "title": "юр. помощь жертвам"})
    assert [activity.service_type for activity in found.of("activity")] == ["LEG"]


def test_a_dash_is_nobody_who_pays(take, monkeypatch):
    monkeypatch.setitem(SHAPES, "activity", SHAPES["activity"] | {"funder": ["funder"]})
    assert [activity.funder for activity in take("activity", ACTIVITY | {"funder": "—"}).of("activity")] == [None]


def test_ticks_below_the_answers_are_answers(tmp_path, tiny_area, known):
    path = tmp_path / "ticks.csv"
    rows = [
        "who;what;item;Да;Частично;Нет",
        "Umed;LEG-INF;STD-001;+;;",
        "Umed;LEG-INF;STD-002;;✓;",
        "Umed;LEG-INF;STD-003;;;x",
    ]
    more = ["Umed;LEG-INF;STD-004;1;;1", "Umed;LEG-INF;STD-005;-;-;+", "Umed;LEG-INF;STD-006;v;v;"]
    path.write_text("\n".join([*rows, *more]), "utf-8")
    columns = ColumnMap(
        source="x",
        name="X",
        shape="assessment",
        fields={"organization": ["who"], "service": ["what"], "standard": ["item"]},
        choices={"answer": {"Да": "met", "Частично": "partly", "Нет": "not met"}},
    )
    found = read(path, columns=columns, area=tiny_area, today=TODAY, known=known)
    answers = [answer.answer for answer in found.of("standard_assessment")]
    assert answers == ["met", "partly", "not met", "unknown", "not met", "unknown"]
    assert said(found, "doubt", row=7) == [("answer", "'met; partly' is no answer that we know")]
    assert said(found, "doubt", row=5) == [("answer", "'met; not met' is no answer that we know")]


def test_items_as_headings_are_answered_by_every_row(tmp_path, tiny_area, known):
    path = tmp_path / "wide.csv"
    path.write_text("who;what;A;B\nUmed;LEG-INF;да;нет\nSoyai Chinor;PSY-COU;частично;\n", "utf-8")
    columns = ColumnMap(
        source="x",
        name="X",
        shape="assessment",
        fields={"organization": ["who"], "service": ["what"]},
        standards={"A": "STD-001", "B": "STD-007"},
    )
    found = read(path, columns=columns, area=tiny_area, today=TODAY, known=known)
    answers = [(answer.standard, answer.answer) for answer in found.of("standard_assessment")]
    assert answers == [("STD-001", "met"), ("STD-007", "not met"), ("STD-001", "partly")]


def test_answers_in_columns_of_organizations_are_theirs(tmp_path, tiny_area, known):
    path = tmp_path / "matrix.csv"
    path.write_text("item;Umed;Soyai Chinor;Nobody\nSTD-001;да;нет;да\nSTD-999;да;;\n", "utf-8")
    columns = ColumnMap(
        source="x",
        name="X",
        shape="assessment",
        fields={"standard": ["item"]},
        headings={name: {"organization": name} for name in ("Umed", "Soyai Chinor", "Nobody")},
    )
    found = read(path, columns=columns, area=tiny_area, today=TODAY, known=known)
    services = {known.services_of[known.called([name])[0].id, kind]: name for name, kind in KINDS.items()}
    answers = [(services[one.service_id], one.standard, one.answer) for one in found.of("standard_assessment")]
    assert answers == [("Umed", "STD-001", "met"), ("Soyai Chinor", "STD-001", "not met")]
    assert any("'Nobody' with ''" in problem for _, problem in said(found, "refused", row=2))
    assert [row.row for row in found.refused] == [3]


KINDS = {"Umed": "LEG-INF", "Soyai Chinor": "PSY-COU"}


def test_scores_are_no_answers_unless_the_list_says_what_they_mean(take):
    rows = [ANSWER | {"standard": f"STD-00{n + 1}", "answer": str(n)} for n in range(3)]
    found = take("assessment", *rows)
    assert [answer.answer for answer in found.of("standard_assessment")] == ["unknown"] * 3
    assert [said(found, "doubt", row=n + 2)[0][1] for n in range(3)] == [
        f"{str(n)!r} is no answer that we know" for n in range(3)
    ]
    ticks = [ANSWER | {"standard": f"STD-00{n + 1}", "answer": str(n)} for n in range(2)]
    assert [answer.answer for answer in take("assessment", *ticks).of("standard_assessment")] == ["not met", "met"]


def test_people_reached_by_what_has_not_begun_are_left_out(take):
    found = take("activity", ACTIVITY | {"start": "2027-02-01", "reached": 200, "planned": 200})
    assert [(activity.planned, activity.reached) for activity in found.of("activity")] == [(200, None)]
    assert said(found, "refused") == [("reached", "200 reached, and it starts on 1 February 2027")]


def test_an_activity_in_several_districts_is_one_in_each_without_the_people_of_all(take):
    found = take("activity", ACTIVITY | {"where": "Juybor + Kulnishin (20)", "planned": 60})
    rows = found.of("activity")
    assert len({row.area_unit for row in rows}) == len({row.id for row in rows}) == 2
    assert {row.planned for row in rows} == {None}
    assert ("where", "the people are those of 2 areas together") in said(found, "doubt")


def test_an_activity_everywhere_does_not_say_where(take):
    found = take("activity", ACTIVITY | {"where": "все районы"})
    assert (found.of("activity"), len(found.refused)) == ([], 1)
