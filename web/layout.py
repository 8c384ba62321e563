"""Frame: what stands around the content of every page."""

import datetime as dt
import posixpath
from dataclasses import dataclass
from functools import cached_property, lru_cache

from flask import current_app
from markupsafe import Markup

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.languages import LanguageFolder, attributes, language
from mapping.view.view import INVENTED
from web.headers import CONTENT_POLICY
from web.presenters.edition import Edition
from web.presenters.hours import ahead
from web.static_files import marked


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
    notice: Message | None = None
    policy: str = CONTENT_POLICY

    @classmethod
    def of(cls, edition: Edition, path: str, language: str) -> "Frame":
        """Make the frame of a page of an edition."""
        demo = bool(current_app.config["DEMO"])
        notice = INVENTED if demo else edition.notice
        return cls(edition.area, _file(path), language, edition.day, demo, edition.licences, notice)

    @classmethod
    def bare(cls, area: StudyArea, path: str, language: str) -> "Frame":
        """Make the frame of a page that needs no edition, such as one for errors."""
        demo = bool(current_app.config["DEMO"])
        return cls(area, _file(path), language, None, demo, notice=INVENTED if demo else None)

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
        """Return a relative link from this page to a path of the site, with the version of what browsers keep."""
        return _link(path, self._folder)

    @cached_property
    def _folder(self) -> str:
        return posixpath.dirname(self.path) or "."

    def here(self, path: str) -> str:
        """Return a relative link to a path within the language of this page."""
        return self.to(f"{self.language}/{path}")


def language_of(path: str) -> str:
    """Return the language that an address begins with; the first one of the study area where it begins with none."""
    languages: tuple[str, ...] = current_app.config["AREA"].languages
    first = path.strip("/").partition("/")[0]
    return first if first in languages else languages[0]


@lru_cache(4096)
def _link(path: str, folder: str) -> str:
    return posixpath.relpath(marked(path), folder)


def _file(path: str) -> str:
    path = path.lstrip("/")
    return f"{path}index.html" if path.endswith("/") or not path else path
