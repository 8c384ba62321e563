"""Settings in words: what the study area and the mails are set to, as the page of settings says it."""

from collections.abc import Iterator
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, date, number, show, translate
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from web.access.mailer import MailSettings
from web.staff.fields import labels

Said = tuple[Message, list[str]]
"""What a setting is called, and what it says, a line each."""

NONE = Message("none")
OF_MAIL, SECURITY = labels("mail"), labels("mail_security")
"""What a setting of mails is called."""
SECRET = ("user", "password")


def mail_in_words(settings: MailSettings, language: str) -> Iterator[Said]:
    """Yield what the settings of mails say; never a user or a password."""
    for name, label in OF_MAIL.items():
        value = getattr(settings, name)
        if value and name not in SECRET:
            yield label, [SECURITY[value].into(language) if name == "security" else str(value)]


def area_in_words(area: StudyArea, language: str) -> Iterator[Said]:
    """Yield what the settings of a study area say to those who look after it."""
    own = area.settings

    def _(text: str, **values: Any) -> str:
        return translate(text, language, **values)

    yield Message("Languages"), [language_of(code).name for code in area.languages]
    yield Message("Time zone"), [area.timezone]
    yield (
        Message("Emergency numbers"),
        [f"{show(number.label, language)}: {number.number}" for number in own.emergency.values()],
    )
    yield Message("Where “leave this page” leads"), [own.exit_address]
    yield Message("Public holidays, day and month"), [", ".join(f"{day[3:]}.{day[:2]}" for day in own.holidays)]
    for holiday in own.moving_holidays:
        days = [date(day, language) for day in holiday.announced]
        days += [_("{day}, estimated", day=day) for day in holiday.estimated]
        yield Message("Holiday that moves: {name}", {"name": holiday.name}), days
    least = own.thresholds
    yield (
        Message("Least counts that are published"),
        [
            _(
                "{count} {count:organization|organizations} in a sum of answers",
                count=least.providers,
            ),
            _("{count} people or cases in a cell", count=least.case_cells),
            _("{count} people in an area that stands for a place", count=least.area_people),
        ],
    )
    yield Message("An entry is checked again after"), list(_months(own.verification, language))
    yield (
        Message("When a check counts as due"),
        [
            _("soon due {count} days before its day", count=own.freshness.due_days),
            _("lapsed {count} days after it", count=own.freshness.lapsed_days),
        ],
    )
    late_after = number(own.second_person_days, language)
    yield Message("Days after which what waits for a second person is late"), [late_after]
    groups = Vocabulary.load("beneficiaries")
    yield (
        Message("Sensitive groups that public pages may name"),
        [str(groups.label(code, language)) for code in own.sensitive_allowed],
    )
    yield Message("Countries to which most people go"), [_country(area, code, language) for code in own.destinations]
    yield Message("Numbers without a country code are of"), [_country(area, area.phone_country, language)]
    yield Message("Mail address on public pages"), [own.mail] * bool(own.mail)
    yield Message("Licence of what is published"), [own.licence.text]
    yield Message("Walking speed on level ground"), [_("{speed} km/h", speed=own.speeds.walking)]
    yield Message("Seasons of travel times"), [show(scenario.label, language) for scenario in own.scenarios]
    yield Message("Side of a cell of the map"), [_("{metres} m", metres=own.grid.cell_size)]


def _months(months: dict[str, int], language: str) -> Iterator[str]:
    terms = Vocabulary.load("service_types")
    for code, count in (months or {"default": 12}).items():
        name = translate("all other help", language) if code == "default" else str(terms.label(code, language))
        yield translate("{name}: {count} months", language, name=name, count=count)


def _country(area: StudyArea, code: str, language: str) -> str:
    return show(area.name if code == area.code else area.country(code), language)
