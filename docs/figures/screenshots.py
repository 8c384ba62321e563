"""Take the README's pictures from the demo site: ``make pictures``, or ``python -m docs.figures.screenshots [SITE]``.

The pages are opened from the disk, in one size each, with every other address cut off. Chromium is asked for by name.
"""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 150_000
"""Bytes that a picture may have: whoever clones the repository pays for them."""
COLOURS = 128
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = "() => !document.querySelector('.leaflet-container') || document.querySelector('.leaflet-marker-icon')"


@dataclass(frozen=True)
class Picture:
    """A page of the site, and the part of it that is shown."""

    name: str
    page: str
    width: int
    height: int


PICTURES = (
    Picture("home", "en/index.html", 1100, 800),
    Picture("phone", "tg/index.html", 360, 720),
    Picture("map", "en/map.html", 1100, 860),
    Picture("gaps", "en/g/nrm.html", 1100, 1250),
)


def take(browser: Browser, site: Path, picture: Picture) -> bytes:
    """Return a picture as the bytes of a PNG of few colours.

    Raises
    ------
    FileNotFoundError
        When the site has no such page.
    """
    page_file = site / picture.page
    if not page_file.is_file():
        raise FileNotFoundError(f"{page_file} is not there: run 'make site' first")
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    context.route("**/*", _only_files)
    page = context.new_page()
    page.goto(page_file.resolve().as_uri())
    if page.locator(".ask-map").count():
        page.click(".ask-map button")
        page.wait_for_selector("[data-ready]")
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(DRAWN)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)  # the last tiles and labels are drawn in the frames after the markers
    shot = page.screenshot(animations="disabled")
    context.close()
    return fewer_colours(shot)


def fewer_colours(png: bytes) -> bytes:
    """Return a PNG in a palette, without dithering, which would cost more bytes than it is worth."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _only_files(route: Route) -> None:
    if route.request.url.startswith(("file:", "data:", "blob:")):
        route.continue_()
    else:
        route.abort()


def main(site: Path, folder: Path) -> int:
    """Write every picture into a folder; return the number of those that are too large."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not here: on Debian and Ubuntu, 'apt-get install chromium' provides it")
    folder.mkdir(parents=True, exist_ok=True)
    large = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for picture in PICTURES:
            png = take(browser, site, picture)
            (folder / f"{picture.name}.png").write_bytes(png)
            large += len(png) > LARGEST
            print(f"{picture.name}.png  {len(png) / 1000:.0f} kB{'  too large' if len(png) > LARGEST else ''}")
        browser.close()
    return large


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site", ROOT / "docs" / "images"))
