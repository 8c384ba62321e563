"""What could give something hidden away: shown places, houses and phones that are close to hidden ones, for custodians.

They were found when an edition was last built; the lines speak of hidden records, so that stewards see their number
only, and every look is a line of the log.
"""

from pathlib import Path

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from mapping.editions.publish import refusals_file, warnings_file
from mapping.language.i18n import Message
from web.access.guard import Open, log_at_most, now
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import require_everywhere
from web.staff.operations.host import LASTS
from web.staff.records.reveal import LEAST_REASON, SHORT
from web.staff.records.reveal import MOST as MOST_LOOKS

blueprint = Blueprint("telling", __name__)

ROUTES: dict[str, Action | Open] = {"telling.all_": "reveal"}
MENU = (MenuItem("telling.html", Message("What could tell"), "reveal", 78),)

STOPPED = Message("You looked 20 times in 24 hours. Talk to your administrator.")


@blueprint.route("/<language>/telling.html", methods=["GET", "POST"])
def all_(language: str) -> ResponseReturnValue:
    """Ask for a reason, and show the lines, which are of the whole directory."""
    require_everywhere()
    if request.method == "GET":
        return page("ops/telling.html", language, lines=None)
    reason = request.form.get("reason", "").strip()
    if len(reason) < LEAST_REASON:
        return page("ops/telling.html", language, lines=None, wrong={"reason": SHORT}), 400
    if not log_at_most(MOST_LOOKS, "warnings_read", since=now() - LASTS, subject="", reason=reason):
        return page("ops/telling.html", language, lines=None, problem=STOPPED), 429
    store = Path(current_app.config["DIRECTORY"])
    files = [path for path in (warnings_file(store), refusals_file(store)) if path.exists()]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return page("ops/telling.html", language, lines=lines)
