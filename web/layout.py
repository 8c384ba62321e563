"""Frame: what stands around the content of every page, and the words that templates use."""

import datetime as dt
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2
from flask import Flask, current_app
from markupsafe import Markup, escape

from mapping.area.study_area import StudyArea
from mapping.language.aloud import recordings
from mapping.language.i18n import date, month, number, show, translate
from mapping.language.languages import LanguageFolder, attributes, language
from mapping.language.latin import SCRIPT
from mapping.render.layers.services import spaced
from web.headers import CONTENT_POLICY
from web.presenters.cards import facts, shown_minutes, web_address
from web.presenters.edition import Edition
from web.presenters.hours import ahead, holidays

BY_RULE = Markup('<span class="by-rule" aria-hidden="true">*</span>')
"""What stands at a name that a rule has written in Latin letters; the end of the page says so, where one stands."""


@dataclass(frozen=True)
class Tongue:
    """A link to the same page in another language."""

    code: str
    name: str
    path: str
    current: bool


@dataclass(frozen=True)
class Frame:
    """The page around the content: where it lies, its language, the edition and the way out."""

    area: StudyArea
    path: str
    language: str
    day: dt.date | None
    demo: bool
    licences: tuple[str, ...] = ()
    policy: str = CONTENT_POLICY

    @classmethod
    def of(cls, edition: Edition, path: str, language: str) -> "Frame":
        """Make the frame of a page of an edition."""
        demo = bool(current_app.config["DEMO"])
        return cls(edition.area, _file(path), language, edition.day, demo, edition.licences)

    @classmethod
    def bare(cls, area: StudyArea, path: str, language: str) -> "Frame":
        """Make the frame of a page that needs no edition, such as one for errors."""
        return cls(area, _file(path), language, None, bool(current_app.config["DEMO"]))

    @property
    def tongue(self) -> LanguageFolder:
        """Return the language of the page."""
        return language(self.language)

    @property
    def root(self) -> Markup:
        """Return what the tag around a page says of its language."""
        return Markup(attributes(self.tongue.written))  # noqa: S704

    @property
    def exit(self) -> str:
        """Return the address that leaving leads to."""
        return self.area.settings.exit_address

    @property
    def ahead(self) -> str:
        """Return how many hours the study area is ahead of UTC, from the day of the edition on."""
        return ahead(self.area.timezone, self.day or dt.datetime.now(dt.UTC).date())

    @property
    def own(self) -> str:
        """Return the path within the language: s/1.html of en/s/1.html."""
        return self.path.partition("/")[2]

    @property
    def tongues(self) -> list[Tongue]:
        """Return the same page in every language."""
        own = self.own or "index.html"
        return [
            Tongue(code, language(code).name, f"{code}/{own}", code == self.language) for code in self.area.languages
        ]

    def to(self, path: str) -> str:
        """Return a relative link from this page to a path of the site."""
        return _relative(path, posixpath.dirname(self.path) or ".")

    def here(self, path: str) -> str:
        """Return a relative link to a path within the language of this page."""
        return self.to(f"{self.language}/{path}")


@lru_cache(4096)
def _relative(path: str, folder: str) -> str:
    return posixpath.relpath(path, folder)  # it asks the system for the working folder, twenty times a page


def _file(path: str) -> str:
    """Return the file that a request is about: folders hold an index."""
    path = path.lstrip("/")
    return f"{path}index.html" if path.endswith("/") or not path else path


def set_words(app: Flask) -> None:
    """Give templates the words of the page's language, and texts that say which language they are in."""
    environment = app.jinja_env
    environment.globals.update(
        _=_say, marked=_marked, day=_day, month=_month, num=_num, show=_show, minutes=_minutes, facts=facts
    )
    environment.globals.update(by_rule=BY_RULE, holidays=holidays, recordings=recordings, lang=_lang)
    environment.filters.update(web_address=web_address, spaced=_spaced)


@jinja2.pass_context
def _say(context: jinja2.runtime.Context, text: str, **values: Any) -> str:
    return translate(text, _language(context), **values)


@jinja2.pass_context
def _day(context: jinja2.runtime.Context, value: dt.date) -> str:
    return date(value, _language(context))


@jinja2.pass_context
def _month(context: jinja2.runtime.Context, value: str) -> str:
    """Write a month as it is kept, 2026-11, in words."""
    return month(dt.date.fromisoformat(f"{value}-01"), _language(context))


@jinja2.pass_context
def _num(context: jinja2.runtime.Context, value: float) -> str:
    return number(value, _language(context))


@jinja2.pass_context
def _spaced(context: jinja2.runtime.Context, number: str) -> str:
    return spaced(number, context["frame"].area.code, _language(context))


@jinja2.pass_context
def _show(context: jinja2.runtime.Context, value: Mapping[str, str] | Any) -> str:
    return show(value, _language(context))


@jinja2.pass_context
def _minutes(context: jinja2.runtime.Context, value: float) -> str:
    """Write minutes of travel as people say them: 25 min, 1 h 40 min; beyond the table's end "over 4 h"."""
    language = _language(context)
    if value == float("inf"):
        return translate("over 4 h or cut off", language)
    hours, rest = divmod(shown_minutes(value), 60)
    if not hours:
        return translate("{minutes} min", language, minutes=rest)
    if not rest:
        return translate("{hours} h", language, hours=hours)
    return translate("{hours} h {minutes} min", language, hours=hours, minutes=rest)


@jinja2.pass_context
def _marked(context: jinja2.runtime.Context, text: str, language: str = "") -> Markup:
    """Return a text with its language where that is not the one that the page is written in."""
    language = language or getattr(text, "language", "")
    if not text or not language or language == context["frame"].tongue.written:
        return escape(str(text))
    mark = BY_RULE if language.endswith(SCRIPT) else ""
    return Markup("<span {}>{}</span>{}").format(_lang(context, language), str(text), mark)


@jinja2.pass_context
def _lang(context: jinja2.runtime.Context, language: str) -> Markup:
    """Return what the tag of a text in a language says of it: also which way it is written, if not as the page is."""
    return Markup(attributes(language, _language(context)))  # noqa: S704


def _language(context: jinja2.runtime.Context) -> str:
    frame: Frame = context["frame"]
    return frame.language
