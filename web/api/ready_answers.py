"""Ready answers: records of a view, given out before the portal has a request at all.

What a portal does around an answer takes many times as long as looking up a record, and about as long as a list.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from mapping.view.ready import FORMS
from web.api.routes import JSON, EditionAnswers, page_asked
from web.api.schema import COLLECTIONS
from web.presenters.edition import Editions

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_NAMES = "|".join(name for name, collection in COLLECTIONS.items() if collection.table in FORMS)
RECORD = re.compile(rf"/api/({_NAMES})/([!-.0-~]{{1,100}})")
LIST = re.compile(rf"/api/({_NAMES})(-[0-9]+)?(\.json)?")
PAGE = re.compile(r"((per_)?page=[0-9]{1,6}&?)*")
IN_ONE_PIECE = re.compile(r"((?!format=)[a-z_]+=[^&]*(&|$))*")
"""Questions that name no format: others may be answered line by line."""
ANY_LIST = re.compile(rf"/api/({'|'.join(COLLECTIONS)})")


class ReadyAnswers:
    """A WSGI app before the portal that answers, as `web.api.routes` would, for records that stand ready and lists.

    It takes questions that nothing but the address decides; all others, and what it cannot answer, are the portal's.
    """

    def __init__(self, app: "WSGIApplication", editions: Editions) -> None:
        self.app, self.editions = app, editions

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or have the portal answer it."""
        answer = None
        with suppress(Exception):  # what cannot be read here cannot be there, where it is said
            answer = self._answer(environ)
        if answer is None:
            return self.app(environ, start_response)
        text, headers = answer
        start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(text))), *headers.items()])
        return [text]

    def _answer(self, environ: "WSGIEnvironment") -> tuple[bytes, dict[str, str]] | None:
        """Return an answer with its headers; None where the portal has to give it."""
        path, asked_more = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        conditions = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ
        if environ["REQUEST_METHOD"] != "GET" or conditions or not path.startswith("/api/"):
            return None
        answers = self._answers()
        if answers is None:
            return None
        if (match := RECORD.fullmatch(path)) and not asked_more:
            text = answers.ready_record(COLLECTIONS[match[1]], match[2].removesuffix(".json"))
            return (text, answers.headers(path, {}, keep=False)) if text else None
        if match := ANY_LIST.fullmatch(path):
            collection = COLLECTIONS[match[1]]
            query = answers.read(asked_more.encode("latin-1"), collection.parameters)
            page = page_asked(query)
            return None if page is None else (answers.page(collection, query, page), answers.headers(path, query))
        return None

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the records that a request asks for stand ready, so that they only have to be put together."""
        if method not in ("GET", "HEAD"):
            return False
        if not (RECORD.fullmatch(path) and not query) and not (LIST.fullmatch(path) and PAGE.fullmatch(query)):
            return False
        answers = self._answers()
        return answers is not None and answers.ready

    def takes_turns(self, method: str, path: str, query: str) -> bool:
        """Tell whether a page of a list is asked for, which is looked for among all records."""
        return bool(method in ("GET", "HEAD") and ANY_LIST.fullmatch(path) and IN_ONE_PIECE.fullmatch(query))

    def _answers(self) -> EditionAnswers | None:
        """Return what the edition is answered from, unless that is still to be made."""
        answers: EditionAnswers | None = self.editions.now().made("api")
        return answers
