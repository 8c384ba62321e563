"""The partner portal: who fits and why, cards that tell nothing, rooms, drafts; nothing of needs is kept."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from mapping.editions.publish import publish
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.language.i18n import show
from mapping.model import RequiredDocument
from tests.support.canary import find_canaries
from tests.support.sample import (
    CHASHMA,
    SECRETS,
    TODAY,
    agreement,
    key,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_directory,
    secret_parts,
    service,
)
from tests.web.support.desk import Desk, crawl, post, views
from tests.web.support.signed_in import NOW, csrf
from web import create_app
from web.headers import HEADERS
from web.partner.app import create_partner_app
from web.partner.finding.finder import Finder
from web.partner.finding.needs import Needs, read
from web.partner.finding.pathway import pathway
from web.partner.referral_card import PLAIN_TYPES, one_for_each, paper_card, tells_nothing
from web.presenters.cards import facts
from web.stores.inbox import Capacity, Draft, StandardsAnswers

MORE = records_of(
    organization("Rule makers"),
    *(
        part
        for name, fields in {
            "Men only": {"types": ["LEG-INF"], "serves": ["SEX-M"]},
            "Women only": {"types": ["LEG-INF"], "serves": ["SEX-F"]},
            "No children": {"types": ["LEG-INF"], "excludes": ["AGE-CHI"]},
            "For the deaf": {"types": ["LEG-INF"], "serves": ["VUL-DEA"], "speaks": ["tg", "sgn"]},
            "For disabled people": {"types": ["LEG-INF"], "serves": ["VUL-DIS"]},
            "For expectant mothers": {"types": ["LEG-INF"], "serves": ["HH-PRG"]},
            "Youth": {"types": ["LEG-INF"], "serves": ["AGE-YOU"]},
            "Youth up to 17": {"types": ["LEG-INF"], "serves": ["AGE-YOU"], "maximum_age": 17},
            "Adults named": {"types": ["LEG-INF"], "serves": ["AGE-ADU"]},
            "Children named": {"types": ["LEG-INF"], "serves": ["AGE-CHI"]},
            "Thirties": {"types": ["LEG-INF"], "minimum_age": 30, "maximum_age": 40},
            "Grown": {"types": ["LEG-INF"], "serves": ["AGE-ADU"], "minimum_age": 18, "maximum_age": 59},
            "Nothing said": {"types": ["LEG-INF"]},
            "Stale": {"types": ["LEG-INF"], "verified": dt.date(2024, 3, 1)},
            "Other forms": {"types": ["LEG-INF"], "serves": ["EXP-SEX"]},
            "Police": {"types": ["JUS-POL"]},
            "Day centre": {"types": ["CHP-FRI"], "serves": ["AGE-CHI"]},
            "Under repair": {"types": ["LEG-INF"], "status": "temporarily closed"},
            "Written to": {"types": ["LEG-INF"], "email": "desk@example.org"},
            "Kitchen": {"types": ["MAT-NFI"], "speaks": ["ru"]},
            "Texts": {"types": ["PSY-COU"]},
            "Without papers": {"types": ["MAT-NFI"]},
            "Returned": {"types": ["CMG-INF"], "serves": ["MIG-RET"]},
        }.items()
        for part in (
            service(name, of="Rule makers", phones=["+992000100055"], **fields),
            place(name, of=[name], at=CHASHMA, unit="XT-W2"),
        )
    ),
    agreement("Umed", "Rule makers", service_types="LEG-INF"),
    *(
        part
        for name, entrances in {
            "Steps told": ["Steps at the entrance"],
            "Ramp told": ["Steps at the entrance", "Step-free entrance"],
            "Words told": ["No wheelchair access, ring the bell"],
        }.items()
        for part in (
            service(name, of="Rule makers", types=["MAT-NFI"]),
            *(
                place(f"{name} {number}", of=[name], at=CHASHMA, unit="XT-W2", access=words)
                for number, words in enumerate(entrances)
            ),
        )
    ),
    phone("sms:40600", service="Texts"),
    phone("https://t.me/rulemakers", service="Texts"),
    RequiredDocument(id="none", service_id=key("service", "Without papers"), document="NONE"),
    organization("Plain body", phones=["+992000100066"]),
    service("Job desk", of="Plain body", types=["MAT-NFI"], phones=["+992000100067", "https://t.me/jobdesk"]),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory, tiny_area):
    return views(tmp_path_factory.mktemp("views"), tiny_area, public_parts(), secret_parts(), MORE)


@pytest.fixture
def desk(tmp_path, tiny_area, published):
    return Desk(tmp_path, tiny_area, published)


@pytest.fixture
def client(desk):
    return desk.client("caseworker")


def judged(desk, name, *, language="en", bodies=(), rooms=None, **needs):
    fields = {"place": "p1", "need": ("lawyer",)} | needs
    finder = Finder(desk.editions(), language, Needs(**fields), bodies=bodies, rooms=rooms)
    return finder.judged[desk.id(name)]


def said(fitting, sign):
    return [show(each.said, "en") for each in fitting.reasons if each.sign == sign]


@pytest.mark.parametrize(
    ("name", "needs", "sign", "reason"),
    [
        ("Men only", {"sex": "SEX-F"}, "no", "Only for: Men and boys"),
        ("Men only", {}, "ask", "Only for: Men and boys. Ask whether this person is taken"),
        ("Children named", {}, "ask", "Only for: Children (under 18). Ask whether this person is taken"),
        ("Adults named", {}, "yes", "Offers: Legal information and advice"),
        ("Men only", {"sex": "SEX-M"}, "yes", "Takes: Men and boys"),
        ("Women only", {"sex": "SEX-M"}, "no", "Only for: Women and girls"),
        ("No children", {"age": "AGE-CHI"}, "no", "Does not take: Children (under 18)"),
        ("No children", {"age": "AGE-ADO"}, "no", "Does not take: Adolescents (12–17)"),
        ("No children", {"age": "AGE-ADU"}, "yes", "Offers: Legal information and advice"),
        ("Adults named", {"age": "AGE-CHI"}, "no", "Only for: Adults"),
        ("Children named", {"age": "AGE-ADO"}, "yes", "Takes: Adolescents (12–17)"),
        ("Children named", {"age": "AGE-ADU"}, "no", "Only for: Children (under 18)"),
        ("Thirties", {"age": "AGE-CHI"}, "no", "From the age of 30 to 40"),
        ("Thirties", {"age": "AGE-ADU"}, "ask", "From the age of 30 to 40"),
        ("Grown", {"age": "AGE-ADU"}, "yes", "Takes: Adults"),
        ("For the deaf", {"marks": frozenset({"deaf"})}, "yes", "Speaks: Sign language"),
        ("For the deaf", {"marks": frozenset({"deaf"})}, "yes", "Takes: Deaf and hard-of-hearing persons"),
        ("For disabled people", {"marks": frozenset({"deaf"})}, "ask", "Takes: Deaf and hard-of-hearing persons"),
        (
            "Nothing said",
            {"marks": frozenset({"deaf"})},
            "ask",
            "No sign language and no messenger are listed: ask on behalf of the person",
        ),
        ("For expectant mothers", {"marks": frozenset({"pregnant"})}, "yes", "Takes: Pregnant women"),
        ("Men only", {"marks": frozenset({"pregnant"})}, "no", "Only for: Men and boys"),
        ("Grown", {"age": "AGE-YOU"}, "yes", "Takes: Young people"),
        ("Thirties", {"age": "AGE-YOU"}, "no", "From the age of 30 to 40"),
        ("Youth", {"age": "AGE-YOU"}, "yes", "Takes: Young people"),
        ("Youth", {"age": "AGE-ADO"}, "ask", "Only for: Young people. Ask whether this person is taken"),
        ("Youth", {"age": "AGE-CHI"}, "no", "Only for: Young people"),
        ("Youth", {"age": "AGE-ADU"}, "no", "Only for: Young people"),
        ("Youth up to 17", {"age": "AGE-YOU"}, "no", "Up to the age of 17"),
        ("Nothing said", {"age": "AGE-CHI"}, "ask", "Not said whether children are taken: ask first"),
        (
            "Other forms",
            {"happened": ("EXP-LAB",)},
            "ask",
            "Only for: Sexual exploitation. Ask whether this person is taken",
        ),
        (
            "Other forms",
            {"happened": ("VUL-DV",)},
            "ask",
            "Only for: Sexual exploitation. Ask whether this person is taken",
        ),
        ("Other forms", {"happened": ("EXP-SEX", "EXP-LAB")}, "yes", "Takes: Sexual exploitation"),
        ("Kitchen", {"need": ("stay",), "speaks": "ru"}, "yes", "Speaks: Russian"),
        ("Kitchen", {"need": ("stay",), "speaks": "tg"}, "ask", "Not listed as spoken: Tajik. Ask for an interpreter"),
    ],
)
def test_who_fits_and_why(desk, name, needs, sign, reason):
    found = judged(desk, name, **needs)
    assert found.sign == sign
    assert reason in [show(each.said, "en") for each in found.reasons]


def test_a_refusal_is_said_once(desk):
    assert said(judged(desk, "Day centre", need=("talk",), age="AGE-ADU"), "no") == ["Only for: Children (under 18)"]


def test_what_is_closed_for_now_is_refused_and_nothing_is_asked_of_it(desk):
    closed = judged(desk, "Under repair", age="AGE-ADU")
    assert (said(closed, "no"), said(closed, "ask"), closed.first) == (["Closed for now"], [], False)


def test_who_is_deaf_is_told_where_to_write(desk):
    asked = said(judged(desk, "Written to", marks=frozenset({"deaf"})), "ask")
    assert asked == ["Can be written to (desk@example.org): ask whether somebody there knows sign language"]


@pytest.mark.parametrize(("marks", "told"), [({"deaf": "1"}, True), ({"pregnant": "1"}, False)])
def test_a_number_on_a_card_is_of_no_use_alone_to_who_is_deaf(desk, client, marks, told):
    page = post(client, "/en/card.html", place="p1", need=["lawyer"], pick=[desk.id("Written to")], **marks).text
    assert ("agree who calls for them" in page) is told


@pytest.mark.parametrize(
    ("name", "number"),
    [("Texts", "sms:40600"), ("Job desk", "https://t.me/jobdesk"), ("Nothing said", "+992000100055")],
)
def test_a_card_for_who_is_deaf_holds_what_one_can_write_to_unless_it_is_a_name_that_tells(desk, name, number):
    edition = desk.editions()
    entry = edition.entries("en")[desk.id(name)]
    card = paper_card(edition, entry, "en", "number", written=True)
    assert card.call.dial == number
    assert card.picture
    assert paper_card(edition, entry, "en", "number").call.spoken


@pytest.mark.parametrize(
    ("name", "sign", "told"),
    [
        ("Steps told", "ask", "Steps at the entrance: ask how to get in"),
        ("Ramp told", "yes", "Entrance: Step-free entrance"),
        ("Words told", "ask", "Entrance: No wheelchair access, ring the bell"),
        ("Kitchen", "ask", "Not known whether the entrance is step-free"),
    ],
)
def test_an_entrance_is_a_yes_only_where_it_is_known_to_have_no_steps(desk, name, sign, told):
    assert told in said(judged(desk, name, marks=frozenset({"disability"}), need=("food",)), sign)


def test_who_came_back_from_work_abroad_is_a_returned_migrant(desk):
    marks = frozenset({"returned"})
    assert Needs(marks=marks).groups == ("MIG-RET",)
    own = judged(desk, "Returned", marks=marks, need=("papers",))
    assert said(own, "ask") == ["Made for something else: ask whether it can help"], "and not of what country they are"
    assert "Takes: Returning migrants" in said(own, "yes")


def test_nobody_is_told_to_bring_that_no_papers_are_needed(desk):
    edition = desk.editions()
    entry = edition.entries("tg")[desk.id("Without papers")]
    assert ("Ҳуҷҷатҳо", "Ҳуҷҷат лозим нест") in paper_card(edition, entry, "tg", "place").facts
    assert ("Ҳуҷҷатҳо", "Ҳуҷҷат лозим нест") in facts(edition.card(entry, "tg")).known


def test_what_was_not_confirmed_in_time_is_never_offered_first(desk):
    assert not judged(desk, "Stale").first
    finder = Finder(desk.editions(), "en", Needs(place="p1", need=("lawyer",)))
    (block,) = finder.blocks()
    names = [str(fitting.card.name) for fitting in block.ask]
    assert "Stale" not in [str(fitting.card.name) for fitting in block.fit]
    assert names.index("Stale") >= sum(fitting.first for fitting in block.ask)


def test_the_nearest_stands_first_and_what_has_no_distance_last(desk):
    (block,) = Finder(desk.editions(), "en", Needs(place="p1", need=("lawyer",))).blocks()
    minutes = [each.minutes for each in block.fit]
    known = [each for each in minutes if each]
    assert known == sorted(known)
    assert minutes == known + [None] * (len(minutes) - len(known))


def test_a_word_on_room_moves_a_service_and_is_shown_until_it_goes_stale(desk):
    provider = desk.client("provider", organizations=[desk.body("Rule makers")])
    own = desk.id("Nothing said")
    assert post(provider, "/en/rooms.html", page="/en/rooms.html", service=own, room="full").status_code == 303
    (told,) = [each.message for each in desk.inbox.messages("capacity")]
    assert told == Capacity(service=own, room="full", until=TODAY + dt.timedelta(days=7))
    rooms = desk.inbox.rooms(on=TODAY)
    assert judged(desk, "Nothing said", rooms=rooms).sign == "ask"
    assert "Is full; holds until 1 December 2026" in said(judged(desk, "Nothing said", rooms=rooms), "ask")
    desk.clock.step(days=8)
    client = desk.client("caseworker")
    assert "Is full" not in client.get(f"/en/s/{own}.html").text
    assert post(provider, "/en/rooms.html", page="/en/sign-in.html", service=own, room="full").status_code == 401


def test_a_caseworker_reads_all_of_an_entry_that_a_visitor_does(desk, client, tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=TODAY)
    visitor, compared = create_app(tmp_path / "public.db", tiny_area).test_client(), 0
    paths = [f"/en/s/{own}.html" for own in desk.editions().entries("en")]
    paths += [f"/en/o/{own}.html" for own in desk.editions().organizations("en")]
    for path in paths:
        public = visitor.get(path)
        if public.status_code == 200:
            compared += 1
            headings, own = (
                set(re.findall("<(?:dt|h2)[^>]*>([^<]+)<", page.text)) for page in (public, client.get(path))
            )
            assert headings <= own, path
    assert compared > 5


def test_a_room_must_be_one_of_four(desk):
    provider = desk.client("provider", organizations=["*"])
    assert post(provider, "/en/rooms.html", service=desk.id("Nothing said"), room="empty").status_code == 400
    assert list(desk.inbox.messages()) == []


def test_agreements_of_the_own_body_are_named(desk):
    found = judged(desk, "Nothing said", bodies=[desk.body("Umed")])
    assert any("Agreement with your organization" in text for text in said(found, "yes"))
    assert not any("Agreement" in text for text in said(judged(desk, "Nothing said"), "yes"))


def test_needs_are_read_from_lists_only(desk):
    edition = desk.editions()
    for field, value in [
        ("place", "Chashma"),
        ("need", "x"),
        ("happened", "x"),
        ("sex", "x"),
        ("age", "9"),
        ("speaks", "?"),
    ]:
        with pytest.raises(InvalidRecord, match=field):
            read(MultiDict([(field, value)]), edition)


def test_needs_come_by_post_and_are_kept_nowhere(desk, client):
    before = len(desk.ledger.lines())
    answer = post(client, "/en/find.html", place="p1", need=["lawyer"], age="AGE-ADU", happened=["EXP-LAB"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert list(desk.inbox.messages()) == []
    assert len(desk.ledger.lines()) == before
    assert client.get("/en/find.html?place=p1&need=lawyer").text.count("checked") == client.get(
        "/en/index.html"
    ).text.count("checked")
    assert post(client, "/en/find.html", need=["lawyer"]).status_code == 400


def test_what_is_confidential_is_told_by_whom_to_ask(desk, client):
    text = post(client, "/en/find.html", place="p1", need=["stay"]).text
    assert "ask the focal point" in text
    assert "A safe place to stay can be arranged" in text
    child = post(client, "/en/find.html", place="p1", need=["stay"], age="AGE-CHI").text
    assert "A safe place to stay can be arranged" not in child
    assert "A child is never sent to a shelter for adults" in child


def test_the_way_says_what_is_agreed_and_what_breaks(desk):
    way = pathway(Finder(desk.editions(), "en", Needs(place="p1", need=("lawyer",))))
    stages = {stage.code: stage for stage in way.stages}
    assert list(stages) == ["IDN", "ACC", "HLT", "PSY", "LEG", "INC"]
    assert stages["ACC"].hidden
    assert stages["ACC"].shown == ()
    assert stages["ACC"].hand is None
    assert stages["INC"].hand.state == "broken"
    assert way.broken >= 1


def test_what_is_ticked_beyond_the_most_is_not_dropped_in_silence(desk, client):
    names = ("Men only", "Women only", "No children", "For the deaf", "Youth", "Thirties", "Grown")
    picked = [desk.id(name) for name in names]
    for path in ("/en/compare.html", "/en/card.html"):
        text = post(client, path, place="p1", need=["lawyer"], pick=picked).text
        assert "More than 6 were ticked: here are the first 6." in text, path
        assert "were ticked" not in post(client, path, place="p1", need=["lawyer"], pick=picked[:6]).text


def test_the_way_says_nothing_twice(desk):
    way = pathway(Finder(desk.editions(), "en", Needs(place="p1", need=("lawyer",))))
    (law,) = [stage for stage in way.stages if stage.code == "LEG"]
    told = [(fitting.entry.organization.name, fitting.entry.types) for fitting in law.shown]
    assert told == [("Rule makers", ("LEG-INF",)), ("Legal Centre", ("LEG-INF",))]
    assert law.total == 18, "all are counted, also who is known by the country alone, as in the lists"


def test_the_chosen_stand_side_by_side(desk, client):
    picked = [desk.id("Men only"), desk.id("Women only"), "00000000-0000-0000-0000-000000000000"]
    text = post(client, "/en/compare.html", place="p1", need=["lawyer"], pick=picked).text
    assert text.count('type="checkbox" name="pick"') == 2
    assert "Men only" in text
    assert 'name="need" value="lawyer"' in text
    assert "Nothing is chosen" in post(client, "/en/compare.html", place="p1", need=["lawyer"]).text


def test_a_card_holds_a_number_and_nothing_else_unless_asked(desk):
    edition = desk.editions()
    entry = edition.entries("en")[desk.id("Nothing said")]
    bare = paper_card(edition, entry, "en", "number", name=True)
    assert (bare.types, bare.name, bare.where) == ((), "", "")
    assert bare.call.dial == "+992000100055"
    assert "<svg" in bare.picture
    full = paper_card(edition, entry, "tg", "place")
    assert full.types == ("Машварати ҳуқуқӣ",)
    assert full.name == ""
    spoken = paper_card(edition, edition.entries("ru")[desk.id("Kitchen")], "ru", "place")
    assert ("Языки", "русский") in [(label, text.lower()) for label, text in spoken.facts], "in the card's own language"
    assert spoken.line.startswith("Справка: "), "a number at the foot says what it is"
    assert full.line.startswith("Маълумот: ")
    assert bare.line == ""


def test_one_number_is_on_one_card(desk, client):
    """Two papers with one number say that two things were looked for."""
    picked = [desk.id(name) for name in ("Nothing said", "Men only", "Police", "Legal advice")]
    text = post(client, "/en/card.html", place="p1", need=["lawyer"], pick=picked).text
    numbers = [number.replace("\xa0", " ") for number in re.findall(r'class="num">([^<]*)<', text)]
    assert numbers == ["+992 00 010 0055", "+992 00 010 0010"]
    assert "Services with one number stand on one card." in text
    alone = post(client, "/en/card.html", place="p1", need=["lawyer"], pick=picked[2:]).text
    assert "Services with one number stand on one card." not in alone


def test_hours_of_one_number_are_those_that_its_services_agree_on(desk):
    entry = desk.editions().entries("en")[desk.id("Nothing said")]
    bare = paper_card(desk.editions(), entry, "en", "number")
    early, late = replace(bare, hours="Mon 8:00–12:00"), replace(bare, hours="Mon 12:00–17:00")
    assert one_for_each([bare, early, replace(early, withheld=True)]) == [replace(early, withheld=True)]
    assert one_for_each([early, late, early]) == [bare]
    full = replace(early, types=("Legal information and advice",))
    assert one_for_each([full, full, replace(full, hours=late.hours)]) == [full, replace(full, hours=late.hours)]


def test_a_card_is_in_the_language_of_the_person(desk, client):
    fields = {"place": "p1", "need": ["lawyer"], "pick": [desk.id("Other forms")]}
    assert '<article class="a6" lang="tg"' in post(client, "/ru/card.html", **fields, speaks="tg").text
    assert '<article class="a6" lang="tg"' not in post(client, "/ru/card.html", **fields, speaks="sgn").text
    assert '<article class="a6" lang="en"' in post(client, "/ru/card.html", **fields, speaks="tg", tongue="en").text


def test_a_card_never_names_what_tells(desk):
    edition = desk.editions()
    for entry in edition.entries("en").values():
        card = paper_card(edition, entry, "en", "place", name=True)
        if not tells_nothing(entry):
            assert card.withheld
            assert (card.types, card.name, card.where, card.facts) == ((), "", "", ())
    assert not {
        code for code in PLAIN_TYPES if code[:3] in ("ACC", "IDN", "JUS", "PSY", "RET-REP"[:3]) and code != "RET-CON"
    }


def test_the_page_of_cards_says_nothing_of_the_person(desk, client):
    fields = {"place": "p1", "need": ["lawyer"], "happened": ["EXP-SEX"], "pick": [desk.id("Other forms")]}
    text = post(client, "/en/card.html", **fields, kind="place", tongue="ru").text
    card = text[text.index('<article class="a6"') : text.index("</article>")]
    assert 'lang="ru"' in card
    for telling in ("exploit", "Эксплуат", "Other forms", "Rule makers"):
        assert telling not in card
    assert post(client, "/en/card.html", **fields, tongue="xx").status_code == 400
    pytest.importorskip("weasyprint")
    saved = post(client, "/en/card.pdf", **fields, kind="place", tongue="tg")
    assert saved.data.startswith(b"%PDF")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="rohnamo.pdf"'


def test_a_provider_proposes_only_what_differs(desk):
    provider = desk.client("provider", organizations=[desk.body("Rule makers")])
    own = desk.id("Nothing said")
    path = f"/en/own/{own}.html"
    assert post(provider, path, name="Nothing said").status_code == 400
    answer = post(provider, path, name="Nothing said", description="Advice\r\non Mondays", status="x")
    assert answer.location.endswith("/rooms.html#sent")
    (draft,) = [each.message for each in desk.inbox.messages("draft")]
    assert draft == Draft(entity="service", record=own, fields={"description": "Advice\non Mondays"})
    sent = provider.get("/en/rooms.html").text.partition('id="sent"')[2]
    assert ": Nothing said · a change of an entry · waiting" in sent


def test_a_provider_answers_the_checklist(desk):
    provider = desk.client("provider", organizations=[desk.body("Rule makers")])
    own = desk.id("Nothing said")
    path = f"/en/standards/{own}.html"
    assert post(provider, path).status_code == 400
    fields = {"a-STD-001": "met", "e-STD-001": "a policy", "e-STD-002": "without an answer"}
    assert post(provider, path, **fields).status_code == 303
    (answers,) = [each.message for each in desk.inbox.messages("answers")]
    assert answers == StandardsAnswers(service=own, answers={"STD-001": "met"}, evidence={"STD-001": "a policy"})
    assert 'value="met" checked' in provider.get(path).text
    assert post(provider, path, **{"a-STD-001": "perhaps"}).status_code == 400


def test_what_is_new_is_told_by_area_and_need(desk, client):
    assert "Legal advice" in post(client, "/en/news.html", since="2026-11-01", need="lawyer").text
    assert "Legal advice" not in post(client, "/en/news.html", since="2026-11-25", need="lawyer").text
    assert "Emergency ward" not in post(client, "/en/news.html", since="2026-11-01", need="lawyer").text
    assert "Emergency ward" in post(client, "/en/news.html", since="2026-11-01", unit="XT-E").text
    assert "Legal advice" not in post(client, "/en/news.html", since="2026-11-01", unit="XT-E").text
    for wrong in ({"since": "yesterday"}, {"unit": "XX"}, {"need": "x"}):
        assert post(client, "/en/news.html", **wrong).status_code == 400


def test_agreements_are_listed_with_what_holds(client):
    text = client.get("/en/agreements.html").text
    assert "Legal Centre" in text
    assert str(SECRETS["name of a hidden organization"]) not in text
    assert str(SECRETS["what stands in a contract"]) not in text


def test_what_is_hidden_looks_like_what_never_was(desk, client, tmp_path):
    hidden, never = desk.id("Hotline")[:-1] + "x", "00000000-0000-5000-8000-000000000000"
    answers = [client.get(f"/en/{kind}/{one}.html") for kind in "so" for one in (hidden, never)]
    assert {(each.status_code, len(each.data)) for each in answers} == {(404, len(answers[0].data))}


def test_a_view_for_fewer_people_is_refused(desk, tiny_area, published):
    with pytest.raises(UnsafePublication):
        create_partner_app(
            published / "focal_point.db", tiny_area, accounts=desk.accounts, inbox=desk.inbox, ledger=desk.ledger
        )


@pytest.mark.parametrize("path", ["/", "/en/index.html", "/en/none.html", "/static/office.css", "/en/r/none"])
def test_headers_are_on_every_answer(desk, client, path):
    for who in (client, desk.app.test_client()):
        answer = who.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


def test_no_secret_is_in_any_page(desk, tmp_path):
    own = tmp_path / "pages"
    own.mkdir()
    for role, languages in (("provider", ["tg"]), ("focal_point", ["en", "tg"])):
        pages = crawl(desk.client(role, organizations=["*"]), languages=languages)
        (own / f"{role}.html").write_text("\n".join((*pages, *pages.values())))
    assert find_canaries([own], SECRETS) == []


def test_pages_tell_nothing_of_secrets(tmp_path, tiny_area):
    """Two directories that differ in what partners may not see, and rooms told of what is hidden: the same pages."""
    visible = records_of(public_parts(), MORE)
    ids = {record.id for record in visible}
    secret = [record for record in secret_parts() if record.id not in ids and not about_the_desk(record)]
    told = []
    for name, parts in (("without", visible), ("with", [*visible, *secret])):
        folder = tmp_path / name
        desk = Desk(folder / "desk", tiny_area, views(folder, tiny_area, parts))
        desk.inbox.put(Capacity(service="0" * 8 + "-0000-5000-8000-" + "0" * 12, room="full"), on=NOW.date())
        told.append(crawl(desk.client("caseworker"), languages=("en",)))
    assert told[0] == told[1]


def about_the_desk(record):
    """Tell whether a record is of the referral desk, which partners may see."""
    own = {key("service", "Referral desk"), key("location", "Umed desk, Chashma")}
    return not own.isdisjoint(str(value) for value in vars(record).values())


def test_a_form_of_another_site_is_refused(desk, client):
    fields = {"place": "p1", "need": ["lawyer"]}
    assert client.post("/en/find.html", data=fields).status_code == 400
    stranger = desk.client("planner")
    assert (
        client.post(
            "/en/find.html", data={**fields, "csrf_token": csrf(stranger.get("/en/index.html").text)}
        ).status_code
        == 400
    )


def test_what_not_everybody_may_know_is_not_on_a_card(desk, client):
    own = desk.id("Referral desk")
    text = post(client, "/en/card.html", place="p1", need=["talk"], pick=[own], kind="place", name="1").text
    card = text[text.index('<article class="a6"') : text.index("</article>")]
    assert "00 010 0099" not in card.replace("\u00a0", " ")
    assert "1313" in card
    assert "do not pass it on" in client.get(f"/en/s/{own}.html").text
    assert "do not pass it on" not in client.get(f"/en/s/{desk.id('Legal advice')}.html").text


def test_another_language_keeps_the_needs(desk, client):
    fields = {"place": "p1", "need": ["lawyer"], "pick": [desk.id("Men only")]}
    for page in ("find", "compare", "card"):
        text = post(client, f"/en/{page}.html", **fields).text
        form = text[text.index(f'action="{page}.html"><input') : text.index(f'formaction="../ru/{page}.html"')]
        assert 'name="place" value="p1"' in form
        assert f'name="pick" value="{desk.id("Men only")}"' in form
        assert post(client, f"/ru/{page}.html", **fields).status_code == 200


def test_the_address_of_an_answer_opened_anew_asks_again(client):
    for page in ("find.html", "compare.html", "card.html"):
        assert 'id="place"' in client.get(f"/ru/{page}").text
    for page in ("refer", "link"):
        assert client.get(f"/ru/{page}").location == "/ru/referrals.html"


@pytest.mark.parametrize(("language", "month"), [("ru", "ноябрь 2026\u00a0г."), ("tg", "ноябри соли 2026")])
def test_the_month_of_a_referral_is_said_in_words(desk, client, language, month):
    assert post(client, f"/{language}/refer", service=desk.id("Men only")).status_code == 201
    text = client.get(f"/{language}/referrals.html").text
    assert month in text
    assert "2026-11" not in text
