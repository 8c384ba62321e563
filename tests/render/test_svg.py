"""Words in pictures: what may not be cut is whole."""

import html
import re

import pytest

from mapping.language.languages import codes
from mapping.language.taxonomy import Vocabulary
from mapping.render.svg import Drawing, wrapped


@pytest.mark.parametrize("width", range(90, 300, 10))
def test_no_line_ends_within_a_number(width):
    lines = wrapped("Один центр на 200 000 женщин, на 1 000 000 человек и на 12 детей", width, most=9)
    whole = {"200\u00a0000", "1\u00a0000\u00a0000", "12"}
    assert set(re.findall(r"\d[\d\u00a0]*\d", "|".join(lines))) == whole


@pytest.mark.parametrize("language", codes())
def test_no_step_is_cut(language):
    names = [str(term.label(language)) for term in Vocabulary.load("service_types").children()][:6]
    drawing = Drawing(720, "", "", titled=False)
    drawing.steps(names)
    drawn = " ".join(html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawing.text()))
    assert drawn == " ".join(names)
