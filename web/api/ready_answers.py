"""Ready answers: records that stand ready in a view, given out before the portal has a request at all.

What a portal does around an answer takes many times as long as looking up the record.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from mapping.view.ready import FORMS
from web.api.routes import JSON, EditionAnswers
from web.api.schema import COLLECTIONS
from web.presenters.edition import Editions

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_NAMES = "|".join(name for name, collection in COLLECTIONS.items() if collection.table in FORMS)
RECORD = re.compile(rf"/api/({_NAMES})/([!-.0-~]{{1,100}})")
LIST = re.compile(rf"/api/({_NAMES})(-[0-9]+)?(\.json)?")
PAGE = re.compile(r"((per_)?page=[0-9]{1,6}&?)*")


class ReadyAnswers:
    """A WSGI app before the portal that answers, as `web.api.routes.one` would, for records that stand ready.

    It takes questions that nothing but the address decides; all others, and what it does not find, are the portal's.
    """

    def __init__(self, app: "WSGIApplication", editions: Editions) -> None:
        self.app, self.editions = app, editions

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or have the portal answer it."""
        path = environ.get("PATH_INFO", "")
        match = RECORD.fullmatch(path)
        asked_more = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ or environ.get("QUERY_STRING")
        text = tag = None
        with suppress(Exception):  # what cannot be read here cannot be there, where it is said
            if match and environ["REQUEST_METHOD"] == "GET" and not asked_more and (answers := self._answers()):
                text = answers.ready_record(COLLECTIONS[match[1]], match[2].removesuffix(".json"))
                tag = answers.tag(path, {})
        if text is None:
            return self.app(environ, start_response)
        headers = [("Content-Type", JSON), ("Content-Length", str(len(text))), ("Cache-Control", "no-store")]
        start_response("200 OK", [*headers, ("ETag", f'W/"{tag}"')])
        return [text]

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the records that a request asks for stand ready, so that they only have to be put together."""
        if method not in ("GET", "HEAD"):
            return False
        if not (RECORD.fullmatch(path) and not query) and not (LIST.fullmatch(path) and PAGE.fullmatch(query)):
            return False
        answers = self._answers()
        return answers is not None and answers.ready

    def _answers(self) -> EditionAnswers | None:
        """Return what the edition is answered from, unless that is still to be made."""
        answers: EditionAnswers | None = self.editions.now().made("api")
        return answers
