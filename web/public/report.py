"""The mapping report on the site: each chapter a page of its own, so that none is heavy, and the whole as files.

It is made from the public edition alone, as every page is: once for each language, from results that all share.
"""

from flask import Blueprint, Response, current_app
from markupsafe import Markup

from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.render import report as reports
from mapping.render.picture import png
from mapping.render.report import sheet
from mapping.render.report.elements import Chapter, Picture, Report
from mapping.render.report.recommendations import to_csv
from mapping.render.report.writers import docx, html, pdf
from mapping.view.view import View
from web.portal import file
from web.presenters import sheets
from web.presenters.edition import Edition, kept
from web.presenters.sheets import PictureSize
from web.public.app import edition, page

blueprint = Blueprint("report_pages", __name__)

WHOLE, ASKED = "report", "recommendations"
TITLES = {
    "docx": Message("The whole report for Word (DOCX)"),
    "pdf": Message("The whole report for print (PDF)"),
    "csv": Message("Its recommendations as a table (CSV)"),
}


@blueprint.get("/<language>/report/index.html")
def contents(language: str) -> str:
    """Show what the report holds, and offer it as files."""
    made = report_of(edition(), language)
    return page("report/index.html", language, report=made, downloads=downloads(edition(), language), titles=TITLES)


@blueprint.get("/<language>/report/<anchor>.html")
def chapter(language: str, anchor: str) -> str:
    """Show one chapter."""
    made = report_of(edition(), language)
    place = next((place for place, chapter in enumerate(made.chapters) if chapter.anchor == anchor), None)
    if place is None:
        raise NotFound("no such page")
    shown = made.chapters[place]
    around: tuple[Chapter | None, ...] = (None, *made.chapters, None)
    return page(
        "report/chapter.html",
        language,
        report=made,
        shown=shown,
        body=body(edition(), shown, language),
        before=around[place],
        after=around[place + 2],
    )


def body(edition: Edition, shown: Chapter, language: str) -> Markup:
    """Return the parts of a chapter, whose pictures are files beside its page: text comes first on a slow line."""
    names = {id(picture): name for name, picture in pictures(shown).items()}

    def drawn(picture: Picture) -> Markup:
        path = names.get(id(picture), f"../g/{picture.of}")
        size = PictureSize.of(drawing_of(edition, picture, language), picture.words)
        links = [
            Markup('<a href="{}.{}" download>{}</a>').format(path, ending, words.into(language))
            for ending, words in FILES.items()
        ]
        return Markup(
            '<img class="chart" src="{}.svg" width="{}" height="{}" alt="{}" loading="lazy"><p class="small">{}</p>'
        ).format(path, size.width, size.height, size.words, Markup(" · ").join(links))

    return html.body(shown, above=1, drawn=drawn)


FILES = {"svg": Message("Download this picture (SVG)"), "png": Message("Download this picture (PNG)")}


def pictures(shown: Chapter) -> dict[str, Picture]:
    """Return the pictures of a chapter that are nowhere else on the site, by the names of their files."""
    blocks = (block for block in shown.blocks if isinstance(block, Picture))
    return {f"{shown.anchor}-{number}": picture for number, picture in enumerate(blocks, 1) if not picture.of}


def drawing_of(edition: Edition, picture: Picture, language: str) -> str:
    """Return a picture as a sheet that says everything itself: the one of the site that shows the same, or its own."""
    if picture.of:
        return sheets.picture(edition, picture.of, language)
    return sheet.sheet(picture.svg, title=picture.finding, foot=picture.foot)


@blueprint.get("/<language>/report/<anchor>-<int:number>.svg", defaults={"ending": "svg"})
@blueprint.get("/<language>/report/<anchor>-<int:number>.png", defaults={"ending": "png"})
def drawing(language: str, anchor: str, number: int, ending: str) -> Response:
    """Return a picture of a chapter."""
    chapters = [part for part in report_of(edition(), language).chapters if part.anchor == anchor]
    picture = pictures(chapters[0]).get(f"{anchor}-{number}") if chapters else None
    if picture is None:
        raise NotFound("no such page")
    drawn = drawing_of(edition(), picture, language)
    if ending == "svg":
        return file(drawn.encode(), "drawing.svg")
    made = edition().keep(("picture", anchor, number, language), lambda: png(drawn, sheets.PAGE))
    return file(made, "drawing.png")


@blueprint.get("/<language>/report/<name>.docx", defaults={"ending": "docx"})
@blueprint.get("/<language>/report/<name>.pdf", defaults={"ending": "pdf"})
@blueprint.get("/<language>/report/<name>.csv", defaults={"ending": "csv"})
def download(language: str, name: str, ending: str) -> Response:
    """Return the report, or its recommendations, as a file."""
    contents = downloads(edition(), language).get(f"{name}.{ending}")
    if contents is None:
        raise NotFound("no such page")
    return file(contents, f"{name}.{ending}")


@blueprint.get("/static/report.css")
def style() -> Response:
    """Return what the parts of a chapter look like."""
    return file(html.block_style().encode(), "report.css")


@kept
def report_of(edition: Edition, language: str) -> Report:
    """Return the report of an edition in a language."""
    results = edition.report_results()
    with View(edition.path) as view:
        return reports.make(
            view, edition.area, language=language, results=results, demo=bool(current_app.config["DEMO"])
        )


def downloads(edition: Edition, language: str) -> dict[str, bytes]:
    """Return the files of a report by name; a PDF only where the site offers those, since setting one takes a while."""
    made = report_of(edition, language)
    writers = {
        f"{WHOLE}.{language}.docx": lambda: docx.write(made),
        f"{WHOLE}.{language}.pdf": lambda: pdf.write(made),
        f"{ASKED}.{language}.csv": lambda: to_csv(
            made.recommendations, language, edition=made.day, audience=made.audience, numbers=made.numbers
        ).encode(),
    }
    if not current_app.config.get("PDF"):
        del writers[f"{WHOLE}.{language}.pdf"]
    return {name: edition.keep(("file of the report", name), write) for name, write in writers.items()}
