"""Import, changes, doubles and conflicts through the pages; what strangers send in is refused with a reason."""

import html
import io
import json
import re
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapping.column_map import ColumnMap
from mapping.directory.directory import Directory, rules
from mapping.errors import NotFound
from mapping.model import (
    RECORDS,
    Approval,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    record_id,
)
from mapping.render.layers.services import spaced
from mapping.resources import shipped
from tests.directory.test_gate import facts
from tests.support.sample import SECRETS, TODAY, approval, batch, key, organization, place, sample_directory, service
from tests.support.second_person import SecondPerson
from tests.web.staff.records.test_records import CHANGE, LEGAL, agreed_by_another, fields_of, record, send, waiting
from tests.web.staff.review.test_proposals import decide
from tests.web.support.office import Office, post
from tests.web.support.signed_in import csrf
from web.staff import visible
from web.staff.imports import pages as imports_page
from web.staff.imports import reading
from web.staff.imports.columns import words_of
from web.staff.imports.reading import differences_of
from web.staff.imports.uploads import Uploads, save_map, saved_maps
from web.staff.records.history import ACTS, act

NOT_AGREED = "Two people have not agreed"
ISSUES = {"ru": "Замечания", "tg": "Эродҳо"}
LIST = """No,Organization,Service,District,Phone,Who may see it,Remarks
1,Navruz Centre,Legal consultations,Chashma,+992000100301,public,call Anora
2,Bahor Centre,Psychological counselling,Kulnishin,+992000100302,hidden,-
3,Tiramoh Centre,Legal consultations,Qullaobod,12,public,-
"""
KINDS = {"public": "public", "hidden": "custodian"}


def upload(client, contents=LIST, name="ngo list.csv", chosen="", language="en"):
    contents = contents.encode() if isinstance(contents, str) else contents
    token = csrf(client.get("/en/import.html").text)
    data = {"csrf_token": token, "file": (io.BytesIO(contents), name), "map": chosen}
    return client.post(f"/{language}/import.html", data=data, content_type="multipart/form-data")


def mapped(client, contents=LIST, **changed):
    """Upload the list and go on to its preview, with its columns as they are guessed."""
    columns = upload(client, contents).location
    text = client.get(columns).text
    assert "Who may see it" in text
    fields = fields_of(client, columns) | {"source": "ngo-list", "name": "NGO list"} | changed
    fields |= {f"m:{word}": audience for word, audience in KINDS.items() if f"m:{word}" in fields}
    answer = client.post(columns, data=fields)
    assert answer.status_code == 303
    return answer.location


def asked_and_agreed(office, client, path):
    """Ask a second person to agree to a list, and let her: the list is stored then."""
    post(client, path.replace("preview.html", "store"), page=path, choice="map", numbers="1")
    assert decide(office.client("steward", login="second"), office).location == "/en/waiting.html?done"


def counted(text, label):
    """Add up a column of what would happen."""
    return sum(map(int, re.findall(rf'data-l="{label}">(\d+)<', text)))


def names(office, table="organization"):
    with Directory(office.directory) as opened:
        return {each.name: each.audience for each in opened.records(RECORDS[table])}


def test_a_list_is_looked_at_and_dropped_and_leaves_nothing(office, steward):
    path = mapped(steward)
    text = steward.get(path).text
    for said in ("3 rows", "Two people have not agreed", "Issues by row"):
        assert said in text
    assert "Anora" not in text
    folder = office.directory.parent / "uploads"
    assert (folder.stat().st_mode & 0o77, len(list(folder.iterdir()))) == (0, 1)
    assert post(steward, path.replace("preview.html", "drop"), page=path).status_code == 303
    assert list(folder.iterdir()) == []
    assert "Navruz Centre" not in names(office)
    assert steward.get(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("tg", ("дар «12» 2 рақам аст", "«Kulnishin»", "тамоми рақам|онро пурра нависед", "рӯзи санҷиш надорад")),
        ("ru", ("в «12» цифр: 2", "«Kulnishin»", "напишите полностью", "услуг без дня проверки")),
    ],
)
def test_every_issue_of_a_preview_is_in_the_language_of_its_reader(steward, language, texts):
    path = mapped(steward).replace("/en/", f"/{language}/", 1)
    text = steward.get(path).text
    issues = html.unescape(re.sub(r"<[^>]+>", " ", text[text.index(ISSUES[language]) :]))
    assert [part for part in texts if not re.search(part, issues)] == []
    assert 'lang="en"' not in text[text.index("<h1>") : text.index("</main>")]
    named = LIST.replace("\n", ",").split(",")
    told = re.sub(r"`[^`]*`|docs/importing\.md|[0-9a-f]{64}|\[words\.\w+\]", " ", issues)
    assert set(re.findall(r"[A-Za-z]{3,}", told)) <= {
        *" ".join(named).split(),
        "Steward",
        "NGO",
        "ngo",
        "list",
        "English",
        "zbekcha",
    }


@pytest.mark.parametrize(
    ("language", "contents", "reason"),
    [
        ("tg", "\n \n", "план.csv: ягон сатр пур нест; файлро аз фиристанда боз пурсед"),
        ("ru", "\n \n", "план.csv: все строки пусты; попросите файл у отправителя снова"),
        ("ru", "", "файла нет или он пуст; выберите файл"),
    ],
)
def test_why_a_file_cannot_be_taken_is_told_in_the_language_of_its_reader(steward, language, contents, reason):
    assert reason in upload(steward, contents, name="план.csv", language=language).text


def test_without_two_people_a_list_is_for_custodians_only_and_stored_once_they_agreed(office, steward):
    path = mapped(steward)
    stored = post(steward, path.replace("preview.html", "store"), page=path, choice="store")
    assert "two people have not agreed to how the list is read" in stored.text
    assert names(office)["Navruz Centre"] == "custodian"
    assert office.ledger.lines(newest=1)[0].action == "imported"
    assert "stored already" in steward.get(path).text
    asked_and_agreed(office, steward, path)
    assert names(office)["Navruz Centre"] == "public"
    with Directory(office.directory) as opened:
        seen = {phone.number: phone.audience for phone in opened.records(Phone)}
    assert seen["+992000100301"] == "public"
    assert list((office.directory.parent / "uploads").iterdir()) == []


def test_one_page_shows_a_list_and_one_press_agrees_to_all_of_it(office, steward, alone):
    path, second = mapped(steward), office.client("steward", login="second")
    post(steward, path.replace("preview.html", "store"), page=path, choice="map", numbers="1")
    queue = second.get("/en/waiting.html").text
    assert queue.count('href="p/') == 1, "its numbers stand with its map"
    page = f"/en/p/{waiting(office)[0].id}.html"
    text = second.get(page).text
    for shown in ("What the columns are", "Numbers to call back", "Navruz Centre", "Who can approve it"):
        assert shown in text
    assert "Bahor" not in text[text.index("What would newly be shown") :]
    token = csrf(text)
    assert second.post(page, data={"csrf_token": token, "choice": "accepted", "shows": "0" * 32}).status_code == 409
    assert waiting(office)
    assert decide(second, office).location == "/en/waiting.html?done"
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        assert not opened.proposals()
        agreed = {row["name"] for (table, _), row in opened.agreed("public").items() if table == "organization"}
        assert not [each for each in opened.waiting() if each.what == "ngo list.csv"]
    assert {"Navruz Centre", "Tiramoh Centre"} <= agreed


def test_a_file_that_can_be_read_no_more_is_told_to_the_second_person(office, steward, alone):
    path, second = mapped(steward), office.client("steward", login="second")
    post(steward, path.replace("preview.html", "store"), page=path, choice="map")
    (kept,) = (file for file in office.directory.parent.rglob("ngo list.csv"))
    kept.write_bytes(b"PK\x03\x04 no list")
    page = f"/en/p/{waiting(office)[0].id}.html"
    assert "The file is no longer here" in second.get(page).text
    answer = decide(second, office)
    if answer.status_code == 303:
        answer = second.get(answer.location)
    assert answer.status_code == 409
    assert "The file is no longer here" in answer.text
    assert waiting(office)


@pytest.mark.parametrize(("looks", "status"), [(True, 409), (False, 400)])
def test_what_does_not_fit_is_told_though_it_cannot_be_looked_at_either(steward, monkeypatch, looks, status):
    path = mapped(steward)
    form = fields_of(steward, path) | {"choice": "store"}

    def fails(*_args, **_more):
        raise NotFound("organization 7 is not there")

    monkeypatch.setattr(reading, "_store", fails)
    if not looks:
        monkeypatch.setattr(imports_page, "look", fails)
    answer = steward.post(path.replace("preview.html", "store"), data=form, follow_redirects=True)
    assert answer.status_code == status
    assert ("Nothing was stored" in answer.text) == looks
    assert looks or "organization 7 is not there" in answer.text


def test_a_list_that_is_stored_twice_by_one_press_too_many_is_stored_once(office, steward, monkeypatch):
    path = mapped(steward)
    form = fields_of(steward, path) | {"choice": "store"}
    clients = [steward, office.client("steward")]
    begun, go_on = threading.Event(), threading.Event()
    read = reading.read_upload

    def slowly(*args, **kwargs):
        begun.set()
        assert go_on.wait(30)
        return read(*args, **kwargs)

    monkeypatch.setattr(reading, "read_upload", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(steward.post, path.replace("preview.html", "store"), data=form)
        assert begun.wait(30)
        other = {**form, "csrf_token": csrf(clients[1].get("/en/import.html").text)}
        second = pool.submit(clients[1].post, path.replace("preview.html", "store"), data=other)
        go_on.set()
        assert {first.result().status_code, second.result().status_code} == {200, 303}
    with Directory(office.directory) as opened:
        batches = [line.file for line in opened.batches() if line.file == "ngo list.csv"]
    assert batches == ["ngo list.csv"]
    assert "stored already" in steward.get(path).text


def test_the_preview_names_what_changes_in_words(office, steward):
    path = mapped(steward)
    asked_and_agreed(office, steward, path)
    saved = next((office.directory.parent / "maps").glob("*.json")).name
    text = steward.get(upload(steward, LIST, chosen=saved).location).text
    assert "What it says otherwise" not in text
    assert counted(text, "Changed") == 0
    assert counted(text, "As before") > 0
    text = steward.get(upload(steward, LIST.replace("+992000100301", "+992000100309"), chosen=saved).location).text
    told = text[text.index("What it says otherwise") : text.index("Issues by row")]
    assert counted(text, "Changed") == 1, "the entry of the number"
    assert f"<del>{spaced('+992000100301', 'TJ', 'en')}</del>" in told
    assert f"<ins>{spaced('+992000100309', 'TJ', 'en')}</ins>" in told
    assert "Navruz Centre" in told, "whose it is"


def test_what_a_newer_list_no_longer_holds_is_named_before_it_is_stored_and_until_somebody_sees_to_it(office, steward):
    path = mapped(steward)
    asked_and_agreed(office, steward, path)
    saved = next((office.directory.parent / "maps").glob("*.json")).name
    heading, navruz, bahor, tiramoh = LIST.splitlines()
    without_hidden = upload(steward, "\n".join([heading, navruz, tiramoh]), chosen=saved).location
    assert "No longer in the list" not in steward.get(without_hidden).text
    preview = upload(steward, "\n".join([heading, bahor, tiramoh]), chosen=saved).location
    text = steward.get(preview).text
    told = text[text.index("No longer in the list") : text.index("Issues by row")]
    assert "Navruz Centre" in told
    answer = post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    assert "see/missing.html" in answer.text
    assert 'href="see/missing.html"' in steward.get("/en/attention.html").text
    (service_,) = re.findall(r"r/service/([\w-]+)\.html", steward.get("/en/see/missing.html").text)
    assert "Navruz Centre" in steward.get("/en/see/missing.html").text
    post(steward, f"/en/c/{service_}", page=f"/en/r/service/{service_}.html", result="closed", level="phone")
    assert "Nothing waits" in steward.get("/en/conflicts.html").text, "nobody is asked whether their own check is true"
    assert "Nothing waits" in steward.get("/en/see/missing.html").text
    assert 'href="see/missing.html"' not in steward.get("/en/attention.html").text


PLACES = """Organization,Service,District,Phone,Who may see it
Navruz Centre,Legal consultations,Chashma,+992000100301,public
Bahor Centre,Psychological counselling,Kulnishin,+992000100302,hidden
Tiramoh Centre,Legal consultations,Qullaobod,+992000100303,public
Zimiston Centre,Psychological counselling,Chashma,+992000100304,public
Lola Centre,Psychological counselling,Kulnishin,+992000100305,public
"""


@pytest.mark.parametrize("answer", ["same", "different"])
def test_an_office_that_moved_is_one_question_and_nothing_is_left_of_it_once_it_is_answered(office, steward, answer):
    path = mapped(steward, PLACES)
    asked_and_agreed(office, steward, path)
    saved = next((office.directory.parent / "maps").glob("*.json")).name
    newer = PLACES.replace("Qullaobod", "Chashma").replace("Navruz Centre,", "Other Centre,")
    preview = upload(steward, newer, chosen=saved).location
    text = steward.get(preview).text
    moved, left_out = (text.index(words) for words in ("Moved to another place", "No longer in the list, and kept"))
    assert moved < text.index("Tiramoh Centre", moved) < left_out < text.index("Navruz Centre", left_out)
    assert "Tiramoh Centre" not in text[left_out : text.index("Issues by row")]
    stored = post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    assert "see/moved.html" in stored.text
    text = steward.get("/en/see/moved.html").text
    assert "Moved? The newer list has it at another place" in text
    assert "Tiramoh Centre" not in steward.get("/en/see/missing.html").text
    ((question, old),) = re.findall(r'href="(?:../)*(d/service/([\w-]+)/[\w-]+\.html)"', text)
    fields = {"decision": answer, "keep": old, "reason": "They said so"}
    assert "Moved, or two?" in steward.get(f"/en/{question}").text
    answered = post(steward, f"/en/{question}", page=f"/en/{question}", **fields).location
    assert answered.endswith("?done")
    with Directory(office.directory) as opened:
        services = {service.id for service in opened.records(Service, name="Legal information and advice")}
        ties = opened.records(ServiceAtLocation, service_id=old)
        units = {place.id: place.area_unit for place in opened.records(Location)}
    assert [units[tie.location_id] for tie in ties] == ["XT-W2" if answer == "same" else "XT-E1"]
    assert len(services) == (3 if answer == "same" else 4), "Navruz, Other, and one or two of Tiramoh"
    assert "Nothing waits" in steward.get("/en/see/moved.html").text
    attention = steward.get("/en/attention.html").text
    assert "see/moved.html" not in attention
    assert "Tiramoh Centre" not in steward.get("/en/see/missing.html").text
    assert "see/missing.html" in attention, "Navruz is missed yet"


def test_an_address_of_a_place_that_is_seen_by_its_unit_is_no_news_when_the_list_comes_again(tiny_area, tmp_path):
    parts = (
        organization("Umed"),
        service("Advice", of="Umed", types=["LEG-INF"]),
        place("Office", of=["Advice"], unit="XT-W2", address="Rudaki 12", precision="area"),
    )
    with sample_directory(tmp_path, tiny_area, *parts) as opened:
        whole = visible.VisibleRecords(visible.shown(opened.tables(), opened.rules(TODAY)), tiny_area, TODAY, key=b"")
    assert whole.has("location", key("location", "Office"))
    assert [each for each in differences_of(batch(*parts), whole) if each.table in ("address", "location")] == []


def test_two_people_agree_to_a_map_and_to_no_other(office, steward):
    path = mapped(steward)
    post(steward, path.replace("preview.html", "store"), page=path, choice="map")
    second = office.client("steward", login="second")
    told = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert "hidden" in told
    assert "<dt>public</dt><dd>Everybody</dd>" in told
    assert "Navruz Centre" in told
    assert re.search(r"<dt>Everybody</dt><dd>\d+</dd>", told)
    assert not re.search(r"[{}]|&#34;|organization_kind|marking", told[told.index("<main") : told.index("</main")])
    assert decide(second, office).status_code == 303
    assert steward.get(path).status_code == 404, "it is stored"
    assert (names(office)["Navruz Centre"], names(office)["Bahor Centre"]) == ("public", "custodian")
    other = mapped(steward, licence="CC BY 4.0")
    assert "Two people have not agreed" in steward.get(other).text
    assert "would be for fewer people" in steward.get(other).text
    saved = next((office.directory.parent / "maps").glob("*.json")).name
    again = upload(steward, chosen=saved).location
    assert "Two people have not agreed" not in steward.get(again).text
    post(steward, again.replace("preview.html", "store"), page=again, choice="phones")
    assert [(each.kind, each.link_id) for each in waiting(office)] == [("phones", "ngo-list")]
    assert decide(second, office).status_code == 303
    with Directory(office.directory) as opened:
        assert ("phone", "ngo-list") in {(each.kind, each.subject) for each in opened.records(Approval)}


AGREED = """source = "ngo-list"
name = "NGO list"
key = ["No"]
private = ["Remarks"]
fields = {organization = "Organization", service = "Service", unit = "District", phone = "Phone", marking = "%s"}
constants = {%s}
markings = {%s}
ignored = %s
"""


def test_a_map_that_was_agreed_to_and_changed_later_shows_nothing(office, steward, tiny_area, monkeypatch):
    """The name of its sender stays, its content does not: nobody agreed to that."""
    path = office.directory.parent / "maps" / "ngo.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(AGREED % ("Who may see it", "", 'public = "public", hidden = "custodian"', "[]"), encoding="utf-8")
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(approval("map", "ngo-list", ColumnMap.load(path).digest)), on=TODAY)
    assert "not yet agreed to by two" not in steward.get("/en/import.html").text
    preview = upload(steward, chosen="ngo.toml").location
    assert NOT_AGREED not in steward.get(preview).text
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    with Directory(office.directory, tiny_area) as opened:
        known = facts(opened)
    assert any("Navruz Centre" in fact for fact in known)
    assert not any("Bahor Centre" in fact for fact in known)
    monkeypatch.setattr(SecondPerson, "present", False)
    changed = AGREED.replace(', marking = "%s"', "%s") % ("", 'marking = "all"', 'all = "public"', '["Who may see it"]')
    path.write_text(changed, encoding="utf-8")
    assert "not yet agreed to by two" in steward.get("/en/import.html").text
    longer = f"{LIST}4,Sahar Centre,Legal consultations,Chashma,,hidden,-\n"
    preview = upload(steward, longer, chosen="ngo.toml").location
    assert NOT_AGREED in steward.get(preview).text
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    assert names(office)["Sahar Centre"] == "custodian"
    with Directory(office.directory, tiny_area) as opened:
        assert facts(opened) <= known
        assert not opened.waiting()


def test_whoever_looks_is_told_how_many_rows_are_left_out_and_may_go_on(office, steward):
    """A limit would stop her; and one that held for what is hidden too would tell her what is there."""
    path = office.directory.parent / "maps" / "ngo.toml"
    path.parent.mkdir(exist_ok=True)
    marked = AGREED % ("Who may see it", "", 'public = "public", hidden = "custodian"', "[]")
    path.write_text(f"{marked}rows = {{refused = 0}}\n", encoding="utf-8")
    answer = upload(steward, f"{LIST}4,,Legal consultations,Chashma,,public,-\n", chosen="ngo.toml")
    text = steward.get(answer.location).text
    assert "1 row would be left out, and the map expects 0 at most" in text
    stored = post(steward, answer.location.replace("preview.html", "store"), page=answer.location, choice="store")
    assert stored.status_code == 200
    assert "Navruz Centre" in names(office)
    nothing = LIST.partition("\n")[0] + "\n1,,Legal consultations,Chashma,,public,-\n"
    text = steward.get(upload(steward, nothing, name="other.csv", chosen="ngo.toml").location).text
    assert "two people have not agreed to how they are read" in text
    assert f'{answer.location.split("/")[3]}/preview.html">ngo list.csv</a>' in text


def test_an_approval_of_a_senders_name_alone_agrees_to_no_map(office, steward, tiny_area):
    path = office.directory.parent / "maps" / "ngo.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(AGREED % ("Who may see it", "", 'public = "public", hidden = "custodian"', "[]"), encoding="utf-8")
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(approval("map", "ngo-list")), on=TODAY)
    preview = upload(steward, chosen="ngo.toml").location
    assert NOT_AGREED in steward.get(preview).text
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="map")
    decide(office.client("steward", login="second"), office)
    assert NOT_AGREED not in steward.get(preview).text


def test_a_whole_import_is_undone_and_one_that_hid_something_by_two(office, steward):
    path = mapped(steward)
    post(steward, path.replace("preview.html", "store"), page=path, choice="store")
    with Directory(office.directory) as opened:
        number = opened.batches()[-1].number
    assert steward.get("/en/changes.html").status_code == 200
    assert post(steward, f"/en/changes/{number}", page="/en/changes.html").status_code in (303, 404)
    hiding = send(steward, f"/en/e/service/{key('service', 'Mobile team')}.html", audience="partner", reason="asked")
    assert hiding.status_code == 303
    with Directory(office.directory) as opened:
        number = opened.batches()[-1].number
    answer = post(steward, f"/en/changes/{number}", page="/en/changes.html")
    assert answer.location.endswith("?waits")
    assert record(office, "service", key("service", "Mobile team")).audience == "partner"
    assert decide(office.client("steward", login="second"), office).status_code == 303
    assert record(office, "service", key("service", "Mobile team")).audience == "public"


def test_an_edit_is_undone_and_later_changes_stand_in_the_way(office, steward, tiny_area):
    path, numbers = f"/en/e/service/{key('service', 'Mobile team')}.html", []
    for days in ("a day", "two days"):
        send(steward, path, wait_time=days, reason="x")
        if numbers:  # what is filled in is shown later, what is changed waits whole
            agreed_by_another(office, tiny_area)
        with Directory(office.directory) as opened:
            numbers.append(opened.batches()[-1].number)
    late = post(steward, f"/en/changes/{numbers[0]}", page="/en/changes.html")
    assert late.status_code == 409
    assert "Undo these first" in late.text
    for number in reversed(numbers):
        assert post(steward, f"/en/changes/{number}", page="/en/changes.html").location.endswith("?waits")
        agreed_by_another(office, tiny_area)
    assert record(office, "service", key("service", "Mobile team")).wait_time is None
    assert post(steward, "/en/changes/999", page="/en/changes.html").status_code == 404


def bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 300_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("contents", "name"),
    [
        (b"", "empty.csv"),
        (b"MZ\x90", "list.exe"),
        (b"PK\x03\x04 cut", "list.xlsx"),
        (b"\x00\xff" * 50, "list.csv"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "list.xml"),
        (b"{", "list.json"),
        (b"a,b\n1,2\n", "list.csv"),
        (bomb, "bomb.xlsx"),
        (b"x", "../../../x"),
        (LIST.encode(), "stewards"),
    ],
)
def test_hostile_files_are_refused_with_a_reason_and_removed(office, steward, contents, name):
    answer = upload(steward, contents() if callable(contents) else contents, name)
    assert answer.status_code == 400, name
    assert 'role="alert"' in answer.text
    assert str(office.directory.parent) not in answer.text
    folder = office.directory.parent / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_names_of_files_lead_nowhere(tmp_path):
    kept = Uploads(tmp_path / "up").keep("me", "..\\..\\etc/passwd<script>.csv", b"x")
    assert kept.path.parent == tmp_path / "up" / kept.token / "file"
    assert kept.path.name == "passwd_script_.csv"


def test_a_list_cannot_pass_itself_off_as_the_stewards(office, steward):
    columns = upload(steward).location
    answer = steward.post(columns, data=fields_of(steward, columns) | {"source": "stewards", "name": "x"})
    assert (answer.status_code, "kept for the portal itself" in answer.text) == (400, True)


def test_an_upload_is_its_owners(office, steward):
    path = mapped(steward)
    second = office.client("steward", login="second")
    for each in (path, path.replace("preview", "columns")):
        assert second.get(each).status_code == 404
    assert (
        post(second, path.replace("preview.html", "store"), page="/en/import.html", choice="store").status_code == 404
    )
    assert office.client("custodian").get("/en/import.html").status_code == 403


def test_too_large_a_file_is_said_so(office, steward):
    office.app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = upload(steward, LIST * 20)
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_preview_tells_nothing_of_what_is_hidden(tmp_path, tiny_area):
    """Two directories that differ only in what is hidden give the same preview."""
    hidden = str(SECRETS["name of a hidden organization"])
    asked = f"No,Organization,Service,District,Phone\n1,{hidden},Legal consultations,Chashma,+992007771234\n"
    texts = []
    for folder, parts in (
        ("with", (organization(hidden, audience="custodian", phones=["+992007771234"]),)),
        ("without", ()),
    ):
        public = (
            organization("Umed"),
            service("Advice", of="Umed"),
            place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2"),
        )
        office = Office(tmp_path / folder, tiny_area, *public, *parts)
        client = office.client("steward")
        columns = upload(client, asked).location
        path = client.post(columns, data=fields_of(client, columns) | {"source": "x", "name": "x"}).location
        texts.append(client.get(path).text.partition("<main")[2].replace(path.split("/")[3], ""))
        texts[-1] = "".join(part.partition('"')[2] for part in texts[-1].split('name="csrf_token" value="'))
    assert texts[0] == texts[1]


def test_doubles_are_merged_kept_apart_and_undone(tmp_path, tiny_area):
    office = Office(
        tmp_path,
        tiny_area,
        organization("Umed Centre", phones=["+992000100401"]),
        organization("Umed Center", phones=["+992000100401"]),
        service("Advice", of="Umed Centre"),
        place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2"),
        service("Care", of="Umed Center"),
        place("Room", of=["Care"], at=(10.0, 60.1001), unit="XT-W2", address="1 Street"),
    )
    steward, (one, other) = (
        office.client("steward"),
        (key("organization", f"Umed {each}") for each in ("Centre", "Center")),
    )
    listed = steward.get("/en/doubles/organization.html").text
    assert "Umed Centre" in listed
    path = next(f"/en/d/organization/{a}/{b}.html" for a, b in ((one, other), (other, one)) if f"{a}/{b}" in listed)
    page = steward.get(path).text
    assert "+992000100401" in page
    assert "1. Umed" in page
    assert "2. Umed" in page
    assert "From which list" in page
    assert ">sample<" in page
    assert post(steward, path, decision="merge", keep=one, reason="x").status_code == 400
    assert post(steward, path, decision="same", keep=one, reason="one body").status_code == 303
    with Directory(office.directory) as opened:
        assert [each.id for each in opened.records(Organization)] == [one]
        number = opened.batches()[-1].number
    assert "Umed Center" in steward.get(f"/en/r/organization/{one}.html").text
    assert post(steward, f"/en/changes/{number}", page="/en/changes.html").status_code == 303
    assert "Umed Center" not in names(office)  # what shows more waits for a second person
    assert decide(office.client("steward", login="second"), office).status_code == 303
    assert "Umed Center" in names(office)
    assert post(steward, path, decision="different", keep=one, reason="two").status_code == 303
    assert path.rpartition("/")[2] not in steward.get("/en/doubles/organization.html").text
    assert office.client("custodian").get(path).status_code == 403


def test_a_merge_that_shows_something_waits_for_a_second_person_who_sees_it(tmp_path, tiny_area, monkeypatch):
    office = Office(
        tmp_path,
        tiny_area,
        organization("Umed Centre", phones=["+992000100401"]),
        organization("Umed Center", phones=["+992000100401"]),
        service("Care", of="Umed Center"),
    )
    monkeypatch.setattr(SecondPerson, "present", False)
    keep, lost = (key("organization", f"Umed {each}") for each in ("Centre", "Center"))
    steward, second = office.client("steward"), office.client("steward", login="second")
    listed = steward.get("/en/doubles/organization.html").text
    path = next(f"/en/d/organization/{a}/{b}.html" for a, b in ((keep, lost), (lost, keep)) if f"{a}/{b}" in listed)
    silent = post(steward, path, decision="same", keep=keep, reason=" ")
    assert (silent.status_code, "changed or merged meanwhile" in silent.text) == (400, False)
    answer = post(steward, path, decision="same", keep=keep, reason="one house")
    assert answer.location.endswith(f"r/organization/{keep}.html?waits")
    again = post(steward, path, decision="same", keep=lost, reason="sent twice")
    assert again.location.endswith("?waits")  # and nobody is asked twice
    with Directory(office.directory) as opened:
        (asked,) = opened.proposals()
        assert opened.count("organization") == 2
    assert decide(steward, office).status_code == 403
    page = second.get(f"/en/p/{asked.id}.html").text
    assert "What would newly be shown" in page
    assert page.index("Care") > page.index("What would newly be shown")
    assert decide(second, office).status_code == 303
    with Directory(office.directory) as opened:
        assert [each.id for each in opened.records(Organization)] == [keep]


def test_what_sources_disagree_about_is_settled(tmp_path, tiny_area):
    first = (
        organization("Umed"),
        service("Advice", of="Umed", fees_description="Free"),
        place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2"),
    )
    office = Office(tmp_path, tiny_area, *first)
    second = (organization("Umed"), service("Advice", of="Umed", fees_description="10 somoni"))
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(*second, source="other", file="other.csv"), by="tests", on=TODAY)
    steward, own = office.client("steward"), key("service", "Advice")
    text = steward.get("/en/conflicts.html").text
    assert "10 somoni" in text
    assert "Facts that sources disagree about" in steward.get("/en/attention.html").text
    path = f"/en/conflicts/service/{own}/fees_description"
    now = record(office, "service", own).fees_description
    form = fields_of(steward, "/en/conflicts.html")
    assert steward.post(path, data=form | {"value": "7"}).status_code == 400
    assert steward.post(path, data=form | {"value": "1"}).location.endswith("?waits")
    agreed_by_another(office, tiny_area)
    assert record(office, "service", own).fees_description not in (now, None)
    assert "10 somoni" not in steward.get("/en/conflicts.html").text
    assert record_id("stewards", "source")


def test_each_column_shows_its_first_values_and_unknown_words_are_taught(office, steward):
    """A word that nobody knows is told once with its count, and what it stands for is kept with the map."""
    contents = LIST.replace("Psychological counselling", "Zzyzx talk").replace("Kulnishin", "Qqland")
    columns = upload(steward, contents).location
    text = steward.get(columns).text
    for shown in ("First values", "Navruz Centre", "Zzyzx talk: in 1 cell<", "Qqland: in 1 cell<"):
        assert shown in text
    assert "Anora" not in text
    taught = {"w:service:Zzyzx talk": "PSY-COU", "w:unit:Qqland": "XT-W2"}
    words = {f"m:{word}": audience for word, audience in KINDS.items()}
    fields = fields_of(steward, columns) | {"source": "ngo-list", "name": "NGO list"} | words | taught
    assert steward.post(columns, data=fields).status_code == 303
    preview = columns.replace("columns.html", "preview.html")
    text = steward.get(preview).text
    assert "is no kind of help that we know" not in text
    assert "&#39;Qqland&#39;" not in text
    for shown in ("What the columns are", "never kept", "Navruz Centre", "Qqland"):
        assert shown in text
    assert "Anora" not in text


SAID_OTHERWISE = LIST.replace("Who may see it", "Colour").replace("public", "green").replace("hidden", "red")
COLOURS = {"green": "public", "red": "custodian"}


def test_words_of_a_column_that_somebody_chose_are_asked_about_and_kept(office, steward):
    """Whoever chooses another column is asked for its words, and finds all answers again on the way back."""
    columns = upload(steward, SAID_OTHERWISE).location
    fields = fields_of(steward, columns) | {"source": "ngo-list", "name": "NGO list"}
    marking = next(
        name
        for name, heading in re.findall(r'<label for="(c\d+)">([^<]*)</label>', steward.get(columns).text)
        if heading == "Colour"
    )
    assert fields[marking] != "marking"
    asked = steward.post(columns, data=fields | {marking: "marking"})
    assert asked.status_code == 400
    assert "Other columns were chosen" in asked.text
    assert 'name="m:green"' in asked.text
    assert 'value="ngo-list"' in asked.text
    kinds = {f"m:{word}": audience for word, audience in COLOURS.items()}
    made = steward.post(columns, data=fields | {marking: "marking"} | kinds)
    assert made.status_code == 303
    again = fields_of(steward, columns)
    assert again | kinds | {marking: "marking"} == again
    assert 'value="ngo-list"' in steward.get(columns).text


def test_a_list_of_services_is_offered_no_fields_of_agreements(steward):
    text = steward.get(upload(steward).location).text
    assert "Agreement: its number" not in text
    assert "Case figures: year" not in text
    assert ">Phone number<" in text


UNMARKED = """No,Organization,Service,District,Phone
1,Navruz Centre,Legal consultations,Chashma,+992000100301
2,Bahor Centre,Zzyzx talk,Kulnishin,+992000100302
Total: 2,,,,
"""


def guessed(client, **changed):
    """Upload a list that says nothing of who may see it, and go on to its preview."""
    columns = upload(client, UNMARKED).location
    fields = fields_of(client, columns) | {"source": "ngo-list", "name": "NGO list", "all": "public"} | changed
    return client.post(columns, data=fields).location


def test_a_row_of_totals_is_no_entry_in_the_portal_either(steward):
    text = steward.get(guessed(steward)).text
    assert "2 rows, 0 of them" in text
    assert "row that tells" not in text
    assert "rows were lost" not in text


@pytest.mark.parametrize("language", ["en", "ru", "tg", "uz"])
def test_no_two_fields_that_a_column_may_be_given_are_called_the_same(steward, language):
    page = steward.get(upload(steward, UNMARKED).location.replace("/en/", f"/{language}/")).text
    for choices in re.findall(r'<select id="c\d+".*?</select>', page, re.DOTALL):
        labels = re.findall(r"<option[^>]*>([^<]*)</option>", choices)
        assert len(labels) == len(set(labels))
        assert labels[2:] == sorted(labels[2:])


def test_whoever_is_to_agree_reads_that_all_rows_are_alike(office, steward):
    path = guessed(steward)
    post(steward, path.replace("preview.html", "store"), page=path, choice="map")
    told = office.client("steward", login="second").get(f"/en/p/{waiting(office)[0].id}.html").text
    assert "<dt>all rows</dt><dd>Everybody</dd>" in told
    assert not re.search(r"<dt>(all|marking)</dt>", told)


def test_a_list_that_was_stored_is_not_said_to_be_nowhere(steward):
    path = guessed(steward)
    assert "Nothing is stored yet." in steward.get(path).text
    post(steward, path.replace("preview.html", "store"), page=path, choice="store")
    text = steward.get(path).text
    assert "Nothing is stored yet." not in text
    assert "It is stored already, for custodians only" in text


def test_what_was_done_is_told_in_the_language_of_its_reader(office, steward, tiny_area):
    path = f"/en/e/service/{key('service', 'Mobile team')}.html"
    send(steward, path, status="temporarily closed", reason="x")
    with Directory(office.directory) as opened:
        number = opened.batches()[-1].number
    post(steward, f"/en/changes/{number}", page="/en/changes.html")
    agreed_by_another(office, tiny_area)
    for page in ("/ru/changes.html", path.replace("/en/e/", "/ru/h/")):
        text = steward.get(page).text
        assert "Отменено: Изменено вручную" in text
        assert not re.search(r"\bundo \d|> ?edit\b", text)


NUMBERS = """No,Organization,Service,District,Phone,Who may see it
1,Navruz Centre,Legal consultations,Chashma,+992000100301,public
2,Bahor Centre,Psychological counselling,Kulnishin,+992000100302,hidden
3,Tiramoh Centre,Legal consultations,Qullaobod,12,public
4,Sahar Centre,Legal consultations,Chashma,+992000100303; +992000100304,public
5,Umed Centre,Legal consultations,Chashma,+992000100305,public
"""


def numbers_to_call(client, office):
    text = client.get(f"/en/p/{waiting(office)[0].id}.html").text
    table = text[text.index("Numbers to call back</h2>") :].partition("</table>")[0] if "to call back<" in text else ""
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2])
    return [list(re.search(r'"tel:([^"]+)".*?<td[^>]*>([^<]+)</td>', row).groups()) for row in rows], text


def test_whoever_agrees_to_a_senders_numbers_reads_which_these_are(office, steward, tiny_area):
    """Exactly those that would open: not of a hidden row, not one that two people called before, none of a slip."""
    maps = office.directory.parent / "maps" / "ngo.toml"
    maps.parent.mkdir(exist_ok=True)
    columns = (AGREED % ("Who may see it", "", 'public = "public", hidden = "custodian"', "[]")).replace(
        'private = ["Remarks"]\n', ""
    )
    maps.write_text(columns, encoding="utf-8")
    called = [approval("map", "ngo-list", ColumnMap.load(maps).digest), approval("phone", "+992000100305")]
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(*called), on=TODAY)
    preview = upload(steward, NUMBERS, chosen="ngo.toml").location
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="phones")
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    second = office.client("steward", login="second")
    expected = [
        ["+992000100301", "Navruz Centre"],
        ["+992000100303", "Sahar Centre"],
        ["+992000100304", "Sahar Centre"],
    ]
    rows, text = numbers_to_call(second, office)
    assert rows == expected
    assert "Bahor" not in text[text.index("Numbers to call back") :]
    russian = second.get(f"/ru/p/{waiting(office)[0].id}.html").text
    assert ">Юридическая консультация</td>" in russian
    assert "Legal" not in russian[russian.index("tel:") :]
    assert decide(second, office).status_code == 303
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="store")
    with Directory(office.directory, tiny_area) as opened:
        seen = {each.number: each.audience for each in opened.records(Phone) if each.number.startswith("+9920001003")}
    assert seen == {
        "+992000100301": "public",
        "+992000100302": "custodian",
        "+992000100303": "public",
        "+992000100304": "public",
        "+992000100305": "public",
    }


def test_a_list_without_numbers_asks_nobody_to_call_and_is_said_to_be_here(office, steward):
    contents = "from,to,document\nUmed,Navruz Centre,memorandum\n"
    columns = upload(steward, contents).location
    fields = fields_of(steward, columns) | {"source": "network", "name": "Network <b>"}
    path = steward.post(columns, data=fields).location
    assert "call its numbers back" not in steward.get(path).text
    post(steward, path.replace("preview.html", "store"), page=path, choice="map")
    assert [proposal.kind for proposal in waiting(office)] == ["map"]
    text = office.client("steward", login="second").get(f"/en/p/{waiting(office)[0].id}.html").text
    assert "The file is no longer here" not in text
    assert "Network &lt;b&gt; (network)" in text
    assert "If you agree" in text


@pytest.mark.parametrize(
    "name", sorted(path.name for path in shipped("demo").glob("*.toml") if path.name != "demo.toml")
)
def test_words_of_a_map_stand_for_words(name, tiny_area):
    """Of countries, kinds of bodies and markings the second person reads names, in her own script."""
    columns = ColumnMap.load(shipped("demo") / name)
    meanings = dict(words_of(columns, tiny_area, "ru"))
    codes = {
        *columns.words.get("country", {}).values(),
        *columns.markings.values(),
        columns.constants.get("organization_kind"),
    }
    assert not codes & {*meanings.values()}


def test_a_map_is_offered_once(tmp_path):
    made = ColumnMap(source="ngo", name="NGO", fields={"organization": ["Name"]})
    save_map(made, tmp_path)
    (tmp_path / "ngo.toml").write_text('source = "ngo"\nname = "NGO"\n[fields]\norganization = "Name"\n', "utf-8")
    assert [(name, trusted) for name, (_, trusted) in saved_maps(tmp_path).items()] == [("ngo.toml", True)]


def test_numbers_whose_list_is_gone_are_said_to_be(office, steward):
    path = mapped(steward)
    post(steward, path.replace("preview.html", "store"), page=path, choice="map", numbers="1")
    second = office.client("steward", login="second")
    post(steward, path.replace("preview.html", "drop"), page=path)
    rows, text = numbers_to_call(second, office)
    assert rows == []
    assert "The file is no longer here" in text
    assert decide(second, office).status_code == 303


def test_a_preview_speaks_of_no_digest_and_of_no_file_of_the_docs(steward):
    text = steward.get(mapped(steward)).text
    assert "let two people agree to the map first" in text
    assert not re.search(r"[0-9a-f]{64}|docs/", text)


def test_changes_lead_to_the_entry_on_which_two_decided(office, steward):
    send(steward, CHANGE, email="desk@legal.example", reason="they wrote")
    assert decide(office.client("steward", login="second"), office).status_code == 303
    text = steward.get("/en/changes.html").text
    line = next(row for row in text.split("<tr>") if "A second person agreed" in row)
    assert f'r/service/{LEGAL}.html">Legal advice</a>' in line
    assert "accepted" not in line, "a decision without a note says nothing in English of its own"


def test_changes_say_in_words_what_was_done_to_which_entry(office, steward):
    path = f"/en/r/service/{LEGAL}.html"
    checked = post(steward, f"/en/c/{LEGAL}", page=path, result="confirmed", level="phone")
    assert checked.status_code == 303
    send(steward, f"/en/a/language/service/{LEGAL}.html", code="tg", reason="they said so")
    rows = steward.get("/ru/changes.html").text.split("<tr>")
    said = [re.sub(r"<[^>]+>", " ", row.partition("</th>")[0]) for row in rows]
    name = re.search(rf'r/service/{LEGAL}.html">([^<]+)', steward.get("/ru/changes.html").text)[1]
    assert any("Проверено" in line and name in line for line in said)
    assert any("Вручную: Язык" in line and name in line for line in said)
    assert not any(word in line for line in said for word in (" check ", "of a steward"))


@pytest.mark.parametrize(("file", "what"), [("check list.csv", "check list.csv"), ("propose map", ACTS["propose"])])
def test_a_list_is_called_by_its_file_whatever_its_first_word(file, what):
    assert act(file, {}) == what


def test_who_agrees_to_a_map_of_case_figures_reads_what_its_headings_say(tiny_area):
    columns = ColumnMap(
        source="x",
        name="X",
        shape="case",
        fields={"unit": ["Где"]},
        headings={"Жен, 2024": {"year": "2024", "sex": "female"}},
        constants={"measure": "victims_identified", "marking": "all"},
    )
    meanings = words_of(columns, tiny_area, "en")
    assert {("What a row is", "Case figures"), ("Жен, 2024", "2024"), ("Жен, 2024", "Female")} <= set(meanings)
    assert ("Case figures: what was counted, as victims_identified", "Victims identified") in meanings


TAGGED = """Who,What,Where
#org,#service+type,#adm2+code
Navruz Centre,PRV-AWA,XT-W2
"""


def test_a_list_that_says_itself_what_its_columns_are_is_agreed_to_like_any_other(office, steward):
    path = upload(steward, TAGGED, "matrix.csv").location
    text = steward.get(path).text
    assert 'data-l="New">1<' in text[text.index("Activity") :], "not only organizations, services and places"
    assert "Back to the columns" not in text
    post(steward, path.replace("preview.html", "store"), page=path, choice="map")
    decide(office.client("steward", login="second"), office)
    assert NOT_AGREED not in steward.get(path).text
    post(steward, path.replace("preview.html", "store"), page=path, choice="store")
    assert names(office)["Navruz Centre"] == "public"


def test_who_comes_back_to_a_list_that_was_stored_is_told_where_it_is(steward):
    path = mapped(steward)
    post(steward, path.replace("preview.html", "drop"), page=path)
    answer = steward.get(path)
    assert answer.status_code == 404
    assert "What was stored stands under" in answer.text


def test_what_a_list_shows_for_the_first_time_waits_and_nothing_says_that_it_is_done(office, steward, tiny_area, alone):
    path = mapped(steward)
    with Directory(office.directory, tiny_area) as opened:
        about = json.loads(next((office.directory.parent / "uploads").glob("*/about.json")).read_text())
        digest = ColumnMap.model_validate_json(about["columns"]).digest
        opened.add(batch(approval("map", "ngo-list", digest)), on=TODAY)
    answer = post(steward, path.replace("preview.html", "store"), page=path, choice="store")
    assert "nobody sees until somebody else has agreed" in answer.text
    second = office.client("steward", login="second")
    assert "What would newly be shown waits" in second.get("/en/attention.html").text
    built = post(steward, "/en/publish/public/build", page="/en/publish.html")
    assert "waits for a second person is not in this edition" in steward.get(built.location).text


def test_columns_of_yes_and_no_tell_which_kinds_of_help_a_place_has(office, steward):
    rows = ["id,Organization,District,psychologist,forensic", "1,Navruz,Chashma,yes,no", "2,Bahor,Chashma,no,yes"]
    columns = upload(steward, "\n".join(rows), "places.csv").location
    fields = fields_of(steward, columns) | {"source": "places", "name": "Places"}
    assert fields["c3"] == "kind:PSY-COU"
    fields["c4"] = "kind:HLT-FOR"
    path = steward.post(columns, data=fields).location
    text = steward.get(path).text
    assert counted(text, "New") == 6, "two places of two organizations, each with its service"
    assert fields_of(steward, columns)["c4"] == "kind:HLT-FOR", "what was chosen is there again"


def test_what_kind_of_help_all_rows_are_can_be_said_where_no_column_does(steward):
    columns = upload(steward, "Organization,District,Phone\nNavruz,Chashma,+992000100301\n", "offices.csv").location
    assert "All rows that say no other are of: Kind of help" in steward.get(columns).text
    fields = fields_of(steward, columns) | {"source": "offices", "name": "Offices", "kservice": "LEG-INF"}
    path = steward.post(columns, data=fields).location
    text = steward.get(path).text
    assert "1 row, 0 of them would be left out" in text
    assert "names no service" not in text


MARKINGS = {
    "nothing hidden": None,
    "an address kept back": approval("withhold", key("address", "Old"), "address_1"),
    "half a point kept back": approval("withhold", key("location", "Old"), "latitude"),
    "known by its area": approval("precision", key("service", "Papers"), "area"),
}


@pytest.mark.parametrize("marking", MARKINGS)
def test_from_where_an_office_moved_is_told_as_stewards_see_it_alone(tmp_path, tiny_area, marking):
    """Two directories that differ only in where it was say the same of a list that is not stored: it may be a guess."""
    types = ["JUS-WIT"] if marking == "known by its area" else ["LEG-INF"]
    told = []
    for number, (street, at) in enumerate((("Rudaki 12", (10.0, 60.1)), ("Sino 7", (10.02, 60.12)))):
        where = {"address": street} if marking == "an address kept back" else {"at": at}
        parts = [
            organization("Umed"),
            service("Papers", of="Umed", types=types),
            place("Old", of=["Papers"], unit="XT-W2", **where),
            *filter(None, [MARKINGS[marking]]),
        ]
        now = place("New", of=["papers"], at=(10.1, 60.2), unit="XT-W2", address="Somoni 3")
        newer = batch(organization("Umed"), service("papers", of="Umed", types=types), now)
        with sample_directory(tmp_path / str(number), tiny_area, *parts) as stored:
            tables = {table: stored.records(RECORDS[table]) for table in RECORDS}
            seen = visible.VisibleRecords(visible.shown(tables, rules(TODAY, tiny_area)), tiny_area, TODAY, key=b"")
            told.append([missing.into("en") for missing in stored.missing(newer, sight=seen.get)])
    assert told[0] == told[1]
    assert any("Papers" in text for text in told[0])


def test_what_would_lead_people_elsewhere_is_settled_by_two_and_logged(tmp_path, tiny_area):
    first = organization("Umed"), service("Advice", of="Umed", email="desk@example.org")
    office = Office(tmp_path, tiny_area, *first, place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2"))
    second = (organization("Umed"), service("Advice", of="Umed", email="other@example.org"))
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(*second, source="other", file="other.csv"), by="tests", on=TODAY)
    steward, own = office.client("steward"), key("service", "Advice")
    form = fields_of(steward, "/en/conflicts.html") | {"value": "1"}
    assert steward.post(f"/en/conflicts/service/{own}/email", data=form).location.endswith("?waits")
    (line,) = office.ledger.lines(newest=1)
    assert (line.action, line.subject) == ("proposed", f"service {own}")


def stored_lists(office):
    with Directory(office.directory) as opened:
        return [line for line in opened.batches() if line.file == "ngo list.csv"]


def test_two_stewards_who_store_the_same_file_at_once_wait_for_each_other(office):
    clients = [office.client("steward", login=login) for login in ("first", "second")]
    previews = [mapped(client) for client in clients]
    assert previews[0] != previews[1]
    forms = [fields_of(client, preview) for client, preview in zip(clients, previews, strict=True)]
    with ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(client.post, preview.replace("preview.html", "store"), data=form | {"choice": "store"})
            for client, preview, form in zip(clients, previews, forms, strict=True)
        ]
    assert [answer.result().status_code for answer in answers] == [200, 200]
    first, second = stored_lists(office)
    assert {first.by, second.by} == {"first", "second"}
    assert first.added > 0
    assert (second.added, second.removed) == (0, 0)


def test_a_preview_says_how_many_more_there_are_and_stays_short(steward, monkeypatch):
    monkeypatch.setattr(imports_page, "MOST_SHOWN", 2)
    rows = [f"{row},Centre {row},Legal consultations,Chashma,12,public,-" for row in range(9)]
    preview = mapped(steward, "\n".join([LIST.splitlines()[0], *rows, LIST.splitlines()[2]]))
    text = steward.get(preview).text
    told = text[text.index("9 of this kind") :]
    assert told[: told.index("</details>")].count("<li>") == 2
    assert "and 7 more" in told
