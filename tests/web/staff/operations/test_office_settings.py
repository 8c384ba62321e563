"""Settings in the browser: what everybody reads is changed by two administrators, the mail server by one."""

import re
import shutil

import pytest

from mapping.area.study_area import StudyArea
from tests.conftest import TINY
from tests.web.support.office import Office, post
from tests.web.support.signed_in import PASSWORD

CHANGE, DECIDE, MAIL = "/en/settings/change.html", "/en/settings/decide", "/en/settings/mail.html"


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.delenv("ROHNAMO_MAIL_HOST", raising=False)
    area = StudyArea.load(shutil.copytree(TINY, tmp_path / "area"))
    (tmp_path / "private").mkdir()
    office = Office(tmp_path / "private", area)
    office.client("administrator", login="ann")
    office.token("administrator", login="ben")
    return office


def form(office, **changed):
    """The form as it stands, with changes."""
    own = StudyArea.load(office.app.config["AREA"].folder).settings
    fields = {"publisher": own.publisher, "mail": own.mail, "exit_address": own.exit_address}
    fields |= {"holidays": ", ".join(own.holidays), "moving0": "2027-03-09"}
    for name, line in own.emergency.items():
        fields |= {f"{name}.number": line.number} | {f"{name}.{code}": text for code, text in line.label.items()}
    return fields | changed


def digest(page):
    """What the page says that it shows."""
    return re.search(r'name="digest" value="(\w+)"', page)[1]


def settings(office):
    return StudyArea.load(office.app.config["AREA"].folder).settings


def test_a_changed_emergency_number_takes_two_administrators(office):
    ann, ben = office.client("administrator", login="ann"), office.client("administrator", login="ben")
    changed = {"police.number": "0102", "holidays": "03-21 09-09, 01-01", "publisher": "The commission"}
    assert post(ann, CHANGE, **form(office, **changed)).status_code == 303
    assert settings(office).emergency["police"].number == "0002"
    assert "Approve" not in ann.get(CHANGE).text
    assert post(ann, DECIDE, page=CHANGE, choice="agree").status_code == 403
    shown = ben.get(CHANGE).text
    assert "0102" in shown
    assert "The commission" in shown
    assert re.search(r"0102: [^<\n]*Police", shown)
    assert "{" not in re.search(r"<tbody>.*</tbody>", shown, re.DOTALL)[0]
    assert post(ben, DECIDE, page=CHANGE, choice="agree", digest=digest(shown)).status_code == 303
    assert settings(office).emergency["police"].number == "0102"
    assert settings(office).emergency["ambulance"].number == "0003"
    assert settings(office).holidays == ("03-21", "09-09", "01-01")
    assert [str(day) for day in settings(office).moving_holidays[0].estimated] == ["2028-02-26"]
    assert "The commission" in ben.get("/en/settings/change.html").text
    assert [line.action for line in office.ledger.lines(newest=2)] == ["settings_changed", "settings_proposed"]
    assert post(ben, DECIDE, page=CHANGE, choice="agree").status_code == 404


@pytest.mark.parametrize("changed", [{"holidays": "13-40"}, {"police.number": "call me"}, {"exit_address": "http://x"}])
def test_what_no_country_can_have_is_told_and_not_changed(office, changed):
    ann, ben = office.client("administrator", login="ann"), office.client("administrator", login="ben")
    before = settings(office)
    post(ann, CHANGE, **form(office, **changed))
    told = post(ben, DECIDE, page=CHANGE, choice="agree", digest=digest(ben.get(CHANGE).text))
    assert told.status_code == 400
    assert 'role="alert"' in told.text
    assert settings(office) == before
    assert "Отклонить</button>" in ben.get(CHANGE.replace("/en/", "/ru/")).text
    assert post(ben, DECIDE, page=CHANGE, choice="drop").status_code == 303
    assert "Propose it to another administrator" in ben.get(CHANGE).text


def test_what_was_looked_at_is_not_what_another_proposed_meanwhile(office):
    ann, ben = office.client("administrator", login="ann"), office.client("administrator", login="ben")
    post(ann, CHANGE, **form(office, publisher="The commission"))
    looked = digest(ben.get(CHANGE).text)
    post(ann, DECIDE, page=CHANGE, choice="drop")
    post(ann, CHANGE, **form(office, **{"police.number": "0199"}))
    assert post(ben, DECIDE, page=CHANGE, choice="agree", digest=looked).status_code == 409
    assert post(ben, DECIDE, page=CHANGE, choice="agree").status_code == 409
    assert settings(office).emergency["police"].number == "0002"


def test_a_new_line_takes_the_place_of_none(office):
    ann, ben = office.client("administrator", login="ann"), office.client("administrator", login="ben")
    for number in ("0021", "0022"):
        new = {"new.number": number, "new.en": f"Line {number}", "new.ru": f"Линия {number}", "new.tg": number}
        post(ann, CHANGE, **form(office, **new, **{"police.number": ""}))
        post(ben, DECIDE, page=CHANGE, choice="agree", digest=digest(ben.get(CHANGE).text))
    numbers = [line.number for line in settings(office).emergency.values()]
    assert {"0021", "0022", "0003"} <= {*numbers}
    assert len(numbers) == len({*numbers})


def test_nothing_changed_is_no_proposal(office):
    assert post(office.client("administrator", login="ann"), CHANGE, **form(office)).status_code == 400


def test_the_mail_server_is_set_with_password_and_code(office):
    ann = office.client("administrator", login="ann")
    given = {"host": "mail.example", "port": "465", "security": "tls", "sender": "a@b.example"}
    given |= {"portal": "https://p.example", "mail_password": "secret words"}
    assert post(ann, MAIL, **given, password="wrong", code="000000").status_code == 400
    path = office.directory.parent / "mail.toml"
    assert not path.exists()
    office.clock.step()
    sure = {"password": PASSWORD, "code": office.code("ann")}
    assert post(ann, MAIL, **given, **sure).status_code == 303
    assert path.stat().st_mode & 0o077 == 0
    assert "mail.example" in ann.get("/en/settings.html").text
    assert "secret words" not in ann.get(MAIL).text
    office.clock.step()
    refused = post(ann, MAIL, **given | {"sender": "nobody"}, password=PASSWORD, code=office.code("ann"))
    assert refused.status_code == 400
    assert "sender" in refused.text
    office.clock.step()
    again = given | {"mail_password": "", "host": "other.example"}
    assert post(ann, MAIL, **again, password=PASSWORD, code=office.code("ann")).status_code == 303
    assert 'password = "secret words"' in path.read_text()


def test_the_days_for_a_second_person_are_set_by_two(office):
    ann, ben = office.client("administrator", login="ann"), office.client("administrator", login="ben")
    assert settings(office).second_person_days == 7
    assert post(ann, CHANGE, **form(office, second_person_days="3")).status_code == 303
    assert post(ben, DECIDE, page=CHANGE, choice="agree", digest=digest(ben.get(CHANGE).text)).status_code == 303
    assert settings(office).second_person_days == 3
    assert post(ann, CHANGE, **form(office, second_person_days="0")).status_code == 303
    assert post(ben, DECIDE, page=CHANGE, choice="agree", digest=digest(ben.get(CHANGE).text)).status_code == 400
    assert settings(office).second_person_days == 3
