"""The buttons, links and menus that pages for visitors, caseworkers and stewards name are there, in these words.

What is to be pressed or looked for stands in **bold**, in *italics* or in "quotation marks"; it is a whole text of the
portals, its beginning up to a colon, or its end behind a question. A step of a list may begin with bold words of its
own, and a bold sentence of more than eight words is none of these.
"""

import re

import pytest
from babel.messages.pofile import read_po

from tests.conftest import ROOT

PAGES = ["caseworker.md", "curating.md", "deploy.md", "steward.md", "tutorial-office.md", "visitor.md"]
NAMED = re.compile(r"\*\*([A-Z][^*]+)\*\*|(?<!\*)\*([A-Z][^*]+)\*(?!\*)|\"([A-Z][^\"]+)\"")
LONGEST = 8
"""Words of what is named."""
NO_WORDS = re.compile(r"```.*?```|^(?:\d+\.|-) \*\*[^*]+\*\*|[\w-]+=\"[^\"]*\"", re.MULTILINE | re.DOTALL)
"""Commands, the bold beginnings of steps, values."""


@pytest.fixture(scope="module")
def shown():
    """Every text of the portals in English, and the parts by which pages call one."""
    texts = set()
    for path in (ROOT / "mapping/language/ru").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                texts |= {*message.id} if isinstance(message.id, tuple) else {message.id}
    return {part.strip() for text in texts for part in (text, text.split(":")[0], text.rpartition("? ")[2])}


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_tells_to_press_is_there(name, shown):
    text = NO_WORDS.sub("", (ROOT / "docs" / name).read_text("utf-8"))
    named = {" ".join(next(filter(None, words)).split()) for words in NAMED.findall(text)}
    assert named
    labels = {words.rstrip(".") for words in named if len(words.split()) <= LONGEST}
    assert sorted(labels - {text.rstrip(".") for text in shown}) == []
