"""Pictures as PNG: letters of every language are drawn, with the fonts that come along and no other."""

import io

import numpy as np
import pytest
from PIL import Image

from mapping.render import picture
from mapping.render.picture import png
from mapping.render.report.sheet import sheet
from mapping.render.svg import FONT


def ink(text: str, **attributes: str) -> int:
    """How many dark pixels a picture of a text has."""
    style = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text y="30"{style}>{text}</text></svg>'
    return int((np.asarray(Image.open(io.BytesIO(png(svg, 200))).convert("L")) < 128).sum())


@pytest.mark.parametrize("letter", "ӣӯҳқғҷъёoʻgʻé%→–²№")
def test_every_letter_is_drawn_and_none_as_a_box(letter):
    assert ink(letter, font_size="30") not in (0, ink("\U000f0000", font_size="30"))


def test_what_is_bold_is_darker():
    assert ink("Хатлон", font_weight="bold") > ink("Хатлон")


def test_the_fonts_of_charts_and_maps_are_there():
    assert ink("Хатлон", font_family=FONT) == ink("Хатлон") > 0


def test_what_reaches_over_the_edge_of_a_picture_is_drawn_on_its_sheet():
    """To cut it off takes half of the time in which a sheet becomes PNG."""
    bar = '<rect y="36" width="100" height="8" fill="#ff0000"/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40">{bar}</svg>'
    pixels = np.asarray(Image.open(io.BytesIO(png(sheet(drawn, title="A bar", foot="Below"), 100))).convert("RGB"))
    assert int((pixels == (255, 0, 0)).all(axis=(1, 2)).sum()) == 8


@pytest.mark.parametrize(("asked", "width"), [((), 1600), ((400,), 400)])
def test_it_is_as_wide_as_it_is_asked_for(monkeypatch, asked, width):
    widths = []
    monkeypatch.setattr(picture.resvg_py, "svg_to_bytes", lambda *, width, **_: widths.append(width) or b"")
    png("<svg/>", *asked)
    assert widths == [width]


def test_fonts_of_the_machine_are_not_asked(monkeypatch):
    """Without the fonts that come along there are no letters, whatever else is installed here."""
    assert len(picture.FONTS) == 2
    monkeypatch.setattr(picture, "FONTS", [])
    assert ink("Хатлон") == 0
