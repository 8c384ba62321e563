"""Sign in and out, take up an account, change a password: the same pages in every portal that asks who is there."""

import io

import pyotp
import segno
from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from mapping.errors import InvalidRecord, NotFound
from web.accounts import Accounts, SignInRefused
from web.frame import Frame
from web.guard import Open, log, me, now, somebody
from web.roles import Action

signin = Blueprint("signin", __name__)

ROUTES: dict[str, Action | Open] = {
    "signin.sign_in": "everyone",
    "signin.sign_out": "own_account",
    "signin.join": "everyone",
    "signin.join_picture": "everyone",
    "signin.account": "own_account",
}


def page(template: str, language: str, **values: object) -> str:
    """Render a page of a portal in a language of the study area."""
    area = current_app.config["AREA"]
    if language not in area.languages:
        abort(404)
    menu = current_app.config.get("MENU", ())
    return render_template(template, frame=Frame.bare(area, request.path, language), me=somebody(), menu=menu, **values)


def _accounts() -> Accounts:
    accounts: Accounts = current_app.config["ACCOUNTS"]
    return accounts


@signin.route("/<language>/sign-in.html", methods=["GET", "POST"])
def sign_in(language: str) -> ResponseReturnValue:
    """Ask for login, password and code."""
    if request.method == "GET":
        return page("account/sign_in.html", language)
    form = request.form
    try:
        token = _accounts().sign_in(form.get("login", ""), form.get("password", ""), form.get("code", ""), now=now())
    except SignInRefused as refused:
        log("sign_in_refused", who="?")
        return page("account/sign_in.html", language, refused=str(refused)), 403
    session.clear()
    session["token"] = token
    g.pop("account", None)
    if me().role not in current_app.config["PORTAL_ROLES"]:
        _accounts().end(token)
        session.clear()
        return page("account/sign_in.html", language, elsewhere=True), 403
    log("sign_in")
    return redirect(f"/{language}/index.html", code=303)


@signin.post("/<language>/sign-out")
def sign_out(language: str) -> ResponseReturnValue:
    """End the session, and let the browser forget what it kept."""
    log("sign_out")
    _accounts().end(session.get("token", ""))
    session.clear()
    answer = redirect(f"/{language}/sign-in.html", code=303)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@signin.route("/<language>/join/<token>", methods=["GET", "POST"])
def join(language: str, token: str) -> ResponseReturnValue:
    """Take up an account by its one-time link: set a password, then show that the authenticator works."""
    try:
        account = _accounts().invited(token, now=now())
    except NotFound as error:
        return page("account/gone.html", language, why=str(error)), 404
    if request.method == "GET":
        return page("account/join.html", language, account=account)
    if "code" in request.form:
        try:
            _accounts().finish_enrolment(token, request.form["code"], now=now())
        except SignInRefused:
            secret = _secret(token)
            return page("account/code.html", language, account=account, token=token, secret=secret, refused=True), 403
        log("account_taken_up", who=account.login)
        return redirect(f"/{language}/sign-in.html", code=303)
    if request.form.get("password") != request.form.get("again"):
        return page("account/join.html", language, account=account, problem="differ"), 400
    try:
        secret = _accounts().begin_enrolment(token, request.form.get("password", ""), now=now())
    except InvalidRecord as error:
        return page("account/join.html", language, account=account, problem=str(error)), 400
    return page("account/code.html", language, account=account, token=token, secret=secret)


@signin.get("/<language>/join/<token>/code.svg")
def join_picture(language: str, token: str) -> Response:  # noqa: ARG001
    """Show the secret of an authenticator as a picture that a phone can read."""
    account = _accounts().invited(token, now=now())
    address = pyotp.TOTP(_secret(token)).provisioning_uri(name=account.login, issuer_name="Rohnamo")
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=5, border=4, xmldecl=False, svgclass=None)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@signin.route("/<language>/account.html", methods=["GET", "POST"])
def account(language: str) -> ResponseReturnValue:
    """Show the own account, and change its password."""
    if request.method == "GET":
        return page("account/account.html", language)
    form = request.form
    if form.get("new") != form.get("again"):
        return page("account/account.html", language, problem="differ"), 400
    try:
        _accounts().change_password(
            me().id, form.get("password", ""), form.get("code", ""), form.get("new", ""), now=now()
        )
    except (InvalidRecord, SignInRefused) as error:
        return page("account/account.html", language, problem=str(error)), 400
    log("password_changed")
    session.clear()
    return redirect(f"/{language}/sign-in.html", code=303)


def _secret(token: str) -> str:
    secret = _accounts().enrolment_secret(token, now=now())
    if not secret:
        raise NotFound("there is no such picture")
    return secret
