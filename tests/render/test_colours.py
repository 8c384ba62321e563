"""Colours of maps: neighbouring steps differ in grey print and for readers who see fewer colours, on paper and screen.

Fewer colours are simulated after Machado, Oliveira and Fernandes (2009) at full severity; distances are CIE 1976.
"""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from mapping.render.layers import bands
from mapping.render.report import print_map

SIMULATED = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
WHITE = np.array([0.95047, 1.0, 1.08883])

LEAST = 9.5
"""Distance of neighbouring steps at least; two is what a trained eye tells apart side by side."""


def light(colour: str) -> np.ndarray:
    """Return the linear red, green and blue of "#0b5d77"."""
    parts = np.array([*bytes.fromhex(colour.lstrip("#"))]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(linear: np.ndarray) -> np.ndarray:
    share = XYZ @ np.clip(linear, 0, 1) / WHITE
    bent = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def of_page(dark: bool) -> list[str]:
    """Return the steps of "more is worse" as the style of the site has them, by day or by night."""
    sheet = (Path(print_map.__file__).parents[3] / "web/static/style.css").read_text("utf-8")
    day, _, night = sheet.partition("prefers-color-scheme:dark")
    steps = dict(re.findall(r"--(far\d):(#[0-9a-f]{6})", day))
    return list((steps | (dict(re.findall(r"--(far\d):(#[0-9a-f]{6})", night)) if dark else {})).values())


def of_map(letter: str) -> list[str]:
    """Return the steps that the style of the map gives the units of a class."""
    sheet = (Path(bands.__file__).parents[1] / "static/map.css").read_text("utf-8")
    steps = dict(re.findall(rf"path\.{letter}([1-5])[^{{}}]*{{fill:(?:var\(--\w+,)?(#[0-9a-f]{{6}})", sheet))
    return [steps[str(step)] for step in range(1, 6)]


RAMPS = {
    "report, better": list(print_map.GOOD),
    "report, worse": list(print_map.BAD),
    "minutes": list(bands.FAR),
    "site by day": of_page(dark=False),
    "site by night": of_page(dark=True),
    "map, better": of_map("b"),
    "map, worse": of_map("c"),
}


@pytest.mark.parametrize("name", RAMPS)
def test_neighbouring_steps_are_told_apart(name):
    ramp = [light(colour) for colour in RAMPS[name]]
    assert len(ramp) == 5
    for seen, matrix in SIMULATED.items():
        for step, (one, next_) in enumerate(itertools.pairwise(ramp), 1):
            apart = np.linalg.norm(lab(np.array(matrix) @ one) - lab(np.array(matrix) @ next_))
            assert apart >= LEAST, (seen, step)


@pytest.mark.parametrize("name", RAMPS)
def test_steps_grow_darker_in_grey_print(name):
    lightness = [lab(light(colour))[0] for colour in RAMPS[name]]
    assert all(one - next_ >= LEAST for one, next_ in itertools.pairwise(lightness)), lightness
