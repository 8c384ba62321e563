"""Maps: a folium map of a view and a study area, and the page around it that asks nobody else for anything.

folium escapes nothing and calls four other hosts by itself. So no text of a directory ever passes through a folium
template: layers lie beside the map as script files, and ``static/map.js`` turns them into text nodes. What folium asks
for is looked up in ``LOCAL``; an address that is not there raises, so a new plugin cannot quietly call a stranger.
"""

import base64
import html
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.template import Template

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound, UnsafePublication
from mapping.language.i18n import chain, labels_beside, translate
from mapping.language.languages import attributes
from mapping.language.languages import language as language_of
from mapping.model import Audience
from mapping.registry import layers as known_layers
from mapping.render.layers import Layer, _slider
from mapping.render.tables import table_html
from mapping.result import Result
from mapping.safety.redaction import require
from mapping.view.view import View

STATIC = Path(__file__).parent / "static"
VENDOR = Path(__file__).parents[2] / "web" / "static" / "vendor"

LOCAL: dict[str, str | None] = {
    r".*/leaflet@[\d.]+/dist/leaflet\.js": "leaflet/leaflet.js",
    r".*/leaflet@[\d.]+/dist/leaflet\.css": "leaflet/leaflet.css",
    r".*/leaflet\.markercluster/[\d.]+/leaflet\.markercluster\.js": "markercluster/leaflet.markercluster.js",
    r".*/jquery[-/].*": None,
    r".*bootstrap.*": None,
    r".*fontawesome.*": None,
    r".*[Ll]eaflet\.awesome[-.].*": None,
}
"""What folium asks for -> our copy of it, or None where a map does not need it."""

ON_ITS_OWN = "page.css"
"""The look of a map's page that is not part of a site."""

ALWAYS = ("leaflet/leaflet.js", "markercluster/leaflet.markercluster.js", "leaflet/leaflet.css", "map.js", "map.css")
SCRIPT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


@dataclass(frozen=True)
class Page:
    """A map as files: the parts of a page, and what lies beside it.

    ``figure`` is HTML without any inline code; ``table`` holds the same as a table; ``styles`` and ``scripts`` name
    files in the order in which a page must load them; ``files`` holds the contents of every file by name.
    """

    title: str
    language: str
    figure: str
    table: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    files: dict[str, bytes]

    def html(self, base: str) -> str:
        """Return a whole page that finds its files under ``base``."""
        title, root = html.escape(self.title), attributes(language_of(self.language).written)
        links = "".join(f'<link rel="stylesheet" href="{base}{name}">\n' for name in (*self.styles, ON_ITS_OWN))
        scripts = "".join(f'<script defer src="{base}{name}"></script>\n' for name in self.scripts)
        return (
            f'<!doctype html>\n<html {root}><head><meta charset="utf-8"><title>{title}</title>\n'
            f'<meta http-equiv="Content-Security-Policy" content="{SCRIPT_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="referrer" content="no-referrer">\n{links}</head><body>\n'
            f'<main class="wrap"><h1>{title}</h1>\n{self.figure}\n{self.table}</main>\n{scripts}</body></html>\n'
        )


class AreaMap(folium.Map):
    """A folium map of a study area, whose extent is that of the area whatever the directory holds.

    In a notebook it shows itself without asking another host for anything.
    """

    def __init__(
        self, area: StudyArea, layers: Sequence[Layer], *, title: str, language: str, audience: Audience, table: str
    ) -> None:
        west, south, east, north = area.bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            zoom_start=6,
            tiles=None,
            attribution_control=False,
            zoom_snap=0.25,
            maxZoom=13,
        )
        self.area = area
        self.parts = tuple(layers)
        self.title = title
        self.language = language
        self.audience = audience
        self.table = table
        MapScript().add_to(self)  # type: ignore[no-untyped-call]

    def page(self, name: str = "map", *, base: str = "") -> Page:
        """Return the map as a page's parts and files; the same map gives the same bytes.

        ``base`` is where the map's script finds pictures, as the page that shows it sees it.

        Raises
        ------
        UnsafePublication
            When something on the map asks for an address that is not ours.
        """
        return build(self, name, base=base)

    def save(self, outfile: str | Path, **_: Any) -> None:  # type: ignore[override]
        """Write the page, and its files into a folder beside it (``coverage.html``, ``coverage_files/``)."""
        path = Path(outfile)
        base = f"{path.stem}_files/"
        page = self.page("map", base=base)
        folder = path.with_name(base.rstrip("/"))
        folder.mkdir(parents=True, exist_ok=True)
        for name, contents in {**page.files, ON_ITS_OWN: _file(ON_ITS_OWN)}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(contents)
        path.write_text(page.html(base), encoding="utf-8")

    def _repr_html_(self, **_: Any) -> str:
        """Show the map in a notebook: one frame that holds all it needs, pictures too."""
        page = self.page("map")
        pictures = {n: c for n, c in page.files.items() if n.endswith((".png", ".webp"))}
        scripts = "".join(f"<script>{_inline(page.files[n], pictures)}</script>" for n in page.scripts)
        styles = (
            "".join(f"<style>{page.files[n].decode()}</style>" for n in page.styles)
            + f"<style>{_file(ON_ITS_OWN).decode()}</style>"
        )
        root = f'<html {attributes(language_of(page.language).written)}><meta charset="utf-8">'
        whole = f"<!doctype html>{root}{styles}{page.figure}{scripts}</html>"
        title, source = html.escape(page.title), html.escape(whole)
        return f'<iframe title="{title}" srcdoc="{source}" width="100%" height="720"></iframe>'


class MapScript(MacroElement):
    """Hands the map, once folium made it, to ``rohnamoMap``."""

    _template = Template(
        "{% macro script(this, kwargs) %}rohnamoMap({{ this._parent.get_name() }}, 'NAME', 'BASE');{% endmacro %}"
    )


def draw(view: View, area: StudyArea, *results: Result, language: str = "en", links: str = "") -> AreaMap:
    """Draw a view on the map of its study area, with the findings of analyses as layers to choose from.

    Each result is shown by the layers that know how: units shaded, bands of travel time. ``links`` is the address of a
    service's page with ``{}`` for its id; without it popups have no link.

    Raises
    ------
    UnsafePublication
        When a result was made for fewer people than may see the view.
    """
    view.require_area(area)
    for result in results:
        require(result.audience, view.audience)
    made: list[Layer] = []
    for module in sorted(known_layers().values(), key=lambda module: module.ORDER):
        made.extend(module.layers(view, area, results=results, language=language, links=links))
    title = results[0].title.into(language) if results else translate("Map", language)
    table = "".join(table_html(result, area, language) for result in results) or _services_table(made, language)
    return AreaMap(area, made, title=title, language=language, audience=view.audience, table=table)


def build(drawn: AreaMap, name: str = "map", *, base: str = "") -> Page:
    """Turn a map into files without inline code and without a request to anyone else."""
    with _stable_ids(drawn):
        figure = drawn.get_root()
        assert isinstance(figure, Figure)
        figure.render()
        styles, scripts = _linked(figure)
        script, body = figure.script.render(), figure.html.render()
    script = script.replace("'NAME'", json.dumps(name)).replace("'BASE'", json.dumps(base))
    script = re.sub(r"\n\s*\n+", "\n", script).strip() + "\n"
    if stray := re.findall(r"(?:https?:)?//[a-z0-9][^\s\"'<>]*", script + body):
        raise UnsafePublication(
            f"the map mentions {stray[0]}; give it a local copy and name it in mapping.render.maps.LOCAL"
        )
    contents = _contents(drawn)
    files = {path: _file(path) for path in dict.fromkeys((*styles, *scripts, *ALWAYS))}
    for layer in drawn.parts:
        files |= layer.files
    files[f"{name}-layers.js"] = f"ROHNAMO[{json.dumps(name)}] = {_script_json(contents)};\n".encode()
    files[f"{name}-start.js"] = script.encode()
    ordered = [*scripts, *(n for n in ALWAYS if n.endswith(".js") and n not in scripts)]
    return Page(
        title=drawn.title,
        language=drawn.language,
        figure=_figure(drawn, body),
        table=drawn.table,
        styles=tuple(dict.fromkeys((*styles, *(n for n in ALWAYS if n.endswith(".css"))))),
        scripts=(*ordered, f"{name}-layers.js", f"{name}-start.js"),
        files=files,
    )


def local(url: str) -> str | None:
    """Return our copy of a file that folium asks for, or None where it is not needed.

    Raises
    ------
    UnsafePublication
        For an address that nobody looked at.
    """
    for pattern, path in LOCAL.items():
        if re.fullmatch(pattern, url):
            return path
    raise UnsafePublication(f"the map asks for {url}; give it a local copy and name it in mapping.render.maps.LOCAL")


def _linked(figure: Figure) -> tuple[list[str], list[str]]:
    """Return the local style and script files in place of those in the figure's head; anything else there raises."""
    styles: list[str] = []
    scripts: list[str] = []
    for element in figure.header._children.values():
        if isinstance(element, JavascriptLink | CssLink):
            path = local(element.url)
            if path is not None:
                (scripts if isinstance(element, JavascriptLink) else styles).append(path)
            continue
        text = element.render()
        if re.search(r"<(script|link)[^<>]+(src|href)=", text):
            raise UnsafePublication(f"the map's head asks for a file: {text.strip()[:120]}")
    return styles, scripts


def _contents(drawn: AreaMap) -> dict[str, Any]:
    west, south, east, north = drawn.area.bounds
    words = {key: message.into(drawn.language) for key, message in labels_beside(__file__)["map"].items()}
    return {
        "bounds": [[south, west], [north, east]],
        "words": words,
        "layers": [{"id": x.id, "kind": x.kind, "fixed": x.fixed, "words": words, **x.contents} for x in drawn.parts],
    }


def _figure(drawn: AreaMap, body: str) -> str:
    language = drawn.language
    label = html.escape(translate("Map. The same is in the table below.", language))
    without = html.escape(translate("This map needs JavaScript. The table holds the same.", language))
    frame = body.strip().replace('class="folium-map"', f'class="folium-map mapbox" role="region" aria-label="{label}"')
    chosen = [layer for layer in drawn.parts if layer.group == "colour" and not layer.instead_of]
    shown = [layer for layer in drawn.parts if layer.group == "show"]
    turns, keyed = _slider.turns(drawn.parts), [layer for layer in drawn.parts if not layer.instead_of]
    keys = "".join(_key(layer, hidden=layer is not chosen[0] if layer in chosen else False) for layer in keyed)
    sliders = "".join(_slider.slider(turn, language) for turn in turns)
    seasons = "".join(_slider.table(turn, language) for turn in turns)
    return (
        f'<figure class="flow map">{frame}\n'
        f'<noscript><p class="note">{without}</p></noscript>\n{keys}'
        f'<form class="switches" hidden>{_choices(chosen, language)}{sliders}{_switches(shown, language)}</form>\n'
        f"{seasons}"
        f'<figcaption class="src">{html.escape(_caption(drawn))}</figcaption></figure>'
    )


def _choices(layers: Sequence[Layer], language: str) -> str:
    if not layers:
        return ""
    rows = [
        f'<label><input type="radio" name="colour" data-colour="{layer.id}"{" checked" if place == 0 else ""}> '
        f"<span>{html.escape(layer.label)}</span></label>"
        for place, layer in enumerate(layers)
    ]
    nothing = html.escape(translate("Nothing, relief only", language))
    rows.append(f'<label><input type="radio" name="colour" data-colour="none"> {nothing}</label>')
    legend = html.escape(translate("Colour by", language))
    return f"<fieldset><legend>{legend}</legend>{''.join(rows)}</fieldset>"


def _switches(layers: Sequence[Layer], language: str) -> str:
    if not layers:
        return ""
    rows = [
        f'<label><input type="checkbox" data-layer="{layer.id}"{" checked" if layer.shown else ""}> '
        f"{html.escape(layer.label)}</label>"
        for layer in layers
    ]
    legend = html.escape(translate("Show", language))
    return f"<fieldset><legend>{legend}</legend>{''.join(rows)}</fieldset>"


def _key(layer: Layer, *, hidden: bool) -> str:
    if not layer.legend:
        return ""
    tie = f' data-key="{layer.id}"' if layer.group == "colour" else ""
    lines = "".join(f"<li>{line.sign} {html.escape(line.words)}</li>" for line in layer.legend)
    return f'<ul class="key"{tie}{" hidden" if hidden else ""} aria-label="{html.escape(layer.label)}">{lines}</ul>\n'


def _caption(drawn: AreaMap) -> str:
    area, language = drawn.area, drawn.language
    sentences = [translate("Secret places are not on the map and take no part in its colours or its frame.", language)]
    if area.modelled:
        sentences.append(next((area.warning[k] for k in chain(language) if area.warning.get(k)), ""))
    parts = ("admin", "basemap", "roads", "raster", "population", "places")
    sentences += [f"{credit}." for credit in area.attributions(*parts, language=language)]
    return " ".join(filter(None, sentences))


def _services_table(layers: Sequence[Layer], language: str) -> str:
    places = [p for layer in layers if layer.kind == "services" for p in layer.contents["places"]]
    heads = [translate("Service", language), translate("Organization", language), translate("Phone", language)]
    rows = sorted(
        (s["name"], s["organization"], (s["phone"] or {}).get("shown", "")) for p in places for s in p["services"]
    )
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    lines = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(by)}</td><td>{html.escape(phone)}</td></tr>'
        for name, by, phone in rows
    )
    caption = html.escape(translate("Services on the map", language))
    return (
        f'<table class="stack"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
    )


@cache
def _file(path: str) -> bytes:
    """Return one of our own files, or of the front-end files that the build fetched."""
    for folder in (STATIC, VENDOR):
        if (folder / path).is_file():
            # A source map is one more request that nobody needs.
            return re.sub(rb"\n//# sourceMappingURL=.*", b"", (folder / path).read_bytes())
    raise NotFound(f"{path}: the front-end files are missing; install with pip from the checkout, which fetches them")


def _script_json(contents: object) -> str:
    """Write JSON that may stand in a script file, and in a script element."""
    text = json.dumps(contents, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _inline(script: bytes, pictures: dict[str, bytes]) -> str:
    text = script.decode()
    for name, picture in pictures.items():
        kind = name.rpartition(".")[2]
        text = text.replace(f'"{name}"', f'"data:image/{kind};base64,{base64.b64encode(picture).decode()}"')
    return text.replace("</script", "<\\/script")


@contextmanager
def _stable_ids(drawn: AreaMap) -> Iterator[None]:
    """Number the map's elements instead of naming them at random, so that two builds are equal."""
    numbers = itertools.count(1)

    def rename(element: Element) -> None:
        element._id = f"{next(numbers):03d}"
        for child in element._children.values():
            rename(child)

    rename(drawn)
    drawn.get_root()._id = "000"
    yield
