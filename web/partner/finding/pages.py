"""Pages of the finder: needs, answers with the pathway, comparison, an entry. Needs come by POST and are not kept."""

from dataclasses import replace

from flask import Response, request

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from web.access.guard import me, now, study_area, today
from web.access.pages import Pages
from web.partner.common import edition, inbox, page, plain
from web.partner.finding.finder import Finder
from web.partner.finding.needs import Needs, needs_form, read
from web.partner.finding.pathway import pathway
from web.partner.finding.start_places import search
from web.partner.referral_card import KINDS, PaperCard, one_for_each, paper_card, pdf, printable
from web.partner.shareable import classes
from web.presenters import entries as pages

blueprint = Pages("finder")

MOST_PICKED = 6
"""Services that can be compared, and put on cards, at once."""


@blueprint.page("find", "index.html", "", menu=(Message("Finder"), 10))
def home(language: str) -> str:
    """Ask for the needs."""
    return _ask(language, Needs())


@blueprint.form("find", "find.html")
def find(language: str) -> str | tuple[str, int]:
    """Show what fits, what may fit, what does not and why, and the way from the first contact to a stable life."""
    if request.method == "GET":
        return home(language)
    needs, typed = read(request.form, edition()), request.form.get("typed", "").strip()
    places = search(edition(), language, typed) if typed else []
    if typed:
        needs = replace(needs, place=places[0].id if len(places) == 1 else "")
    if not needs.need or not needs.place:
        unclear = bool(typed) and not needs.place
        return _ask(language, needs, places=places, unknown=unclear and not places, incomplete=not unclear), 400
    finder = _finder(language, needs)
    return page(
        "partner/results.html",
        language,
        asked=needs_form(edition(), language),
        needs=needs,
        blocks=finder.blocks(),
        start=finder.start,
        typed=places[0] if places else None,
        tonight=finder.tonight(),
        confidential=finder.confidential(),
        abroad=finder.abroad,
        emergency=finder.emergency(),
        pathway=pathway(finder),
        picked=_picked(),
    )


@blueprint.form("find", "compare.html")
def compare(language: str) -> str:
    """Show the chosen services side by side."""
    if request.method == "GET":
        return home(language)
    needs = read(request.form, edition())
    judged = _finder(language, needs).judged
    chosen = [judged[identifier] for identifier in _picked() if identifier in judged]
    return page("partner/compare.html", language, needs=needs, chosen=chosen, most=MOST_PICKED, ticked=len(_ticked()))


@blueprint.form("find", "card.html")
def card(language: str) -> str:
    """Show the chosen services as cards for the person, to print or save; by default a number and nothing else."""
    if request.method == "GET":
        return home(language)
    tongue, kind, named = _wanted(language)
    return page(
        "partner/card.html",
        language,
        needs=read(request.form, edition()),
        picked=_picked(),
        most=MOST_PICKED,
        ticked=len(_ticked()),
        kind=kind,
        kinds=KINDS,
        tongue=tongue,
        cards=_cards(tongue, kind, named),
        named=named,
        printable=printable(),
    )


@blueprint.act("find", "card.pdf")
def card_pdf(language: str) -> Response:
    """Return the cards as a file to save, under a name that tells nothing."""
    tongue, kind, named = _wanted(language)
    html = plain("partner/paper_pdf.html", tongue, cards=_cards(tongue, kind, named))
    return Response(
        pdf(html), mimetype="application/pdf", headers={"Content-Disposition": 'attachment; filename="rohnamo.pdf"'}
    )


@blueprint.page("find", "s/<identifier>.html")
def service(language: str, identifier: str) -> str:
    """Show a service."""
    shown = pages.service(edition(), identifier, language)
    room = inbox().rooms(on=today()).get(identifier)
    return page("partner/service.html", language, shown=shown, room=room, audience=classes(edition())[identifier])


@blueprint.page("find", "o/<identifier>.html")
def organization(language: str, identifier: str) -> str:
    """Show an organization with its services."""
    return page("partner/organization.html", language, shown=pages.organization(edition(), identifier, language))


def _ask(language: str, needs: Needs, **values: object) -> str:
    return page("partner/home.html", language, asked=needs_form(edition(), language), needs=needs, **values)


def _finder(language: str, needs: Needs) -> Finder:
    bodies = sorted(me().grants.organizations)
    rooms = inbox().rooms(on=today())
    return Finder(edition(), language, needs, rooms=rooms, bodies=bodies, moment=now())


def _ticked() -> list[str]:
    return list(dict.fromkeys(request.form.getlist("pick")))


def _picked() -> list[str]:
    return _ticked()[:MOST_PICKED]


def _wanted(language: str) -> tuple[str, str, bool]:
    form, needs = request.form, read(request.form, edition())
    own = needs.speaks if needs.speaks in study_area().languages else language
    usual = "place" if "deaf" in needs.marks else "number"  # who cannot call goes there
    tongue, kind = form.get("tongue") or own, form.get("kind") or usual
    if tongue not in study_area().languages or kind not in KINDS:
        raise InvalidRecord("choose again: tongue, kind")
    return tongue, kind, bool(form.get("name"))


def _cards(tongue: str, kind: str, named: bool) -> list[PaperCard]:
    entries = edition().entries(tongue)
    chosen = (entries[key] for key in _picked() if key in entries)
    written = "deaf" in read(request.form, edition()).marks
    return one_for_each(paper_card(edition(), entry, tongue, kind, name=named, written=written) for entry in chosen)
