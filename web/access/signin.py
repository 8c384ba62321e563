"""Sign in and out, take up an account, change a password, look after passkeys: the same pages in every portal."""

import datetime as dt
import io
import ipaddress
import secrets
from contextlib import suppress

import pyotp
import segno
from flask import Response, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import ValidationError, validate_csrf
from itsdangerous import BadSignature, URLSafeSerializer

from mapping.errors import InvalidRecord, NotFound
from web.access.accounts import Account, SignInRefused
from web.access.guard import accounts, log, me, now, somebody, study_area
from web.access.pages import Pages
from web.access.passkeys import LASTS, MADE_BY, NOT_KNOWN, Passkeys, Site, question, to_sign_in
from web.layout import Frame, language_of
from web.rendering import render

blueprint = Pages("signin")

WRITTEN: frozenset[str] = frozenset({"edit", "import", "review", "propose", "assess", "refer", "set_capacity"})
"""Actions of which a form is kept while somebody signs in anew. Whoever agrees, publishes, reveals or looks after
accounts looks again first: somebody else may have sent the form from their browser."""

SECRET = ("csrf_token", "password", "old", "new", "again", "code")
"""Fields of forms that are not kept."""


def page(template: str, language: str, **values: object) -> str:
    """Render a page of a portal.

    A form that is refused comes back with what was ``typed``, and beside each field of ``wrong`` (name -> message) why.
    """
    form = {"typed": request.form, "wrong": {}}
    return render(template, frame=Frame.bare(study_area(), request.path, language), **form | values)


@blueprint.page("everyone", "/")
def start() -> ResponseReturnValue:
    """Lead to the first page in the first language."""
    return redirect(f"/{study_area().languages[0]}/index.html")


@blueprint.form("everyone", "sign-in.html")
def sign_in(language: str) -> ResponseReturnValue:
    """Ask for login, password and code."""
    if request.method == "GET":
        return _door(language, new="new" in request.args)
    form = request.form
    given = (form.get("login", ""), form.get("password", ""), form.get("code", ""))
    try:
        token = accounts().sign_in(*given, now=now(), portal=current_app.config["PORTAL"], source=_source(given[0]))
    except SignInRefused as refused:
        return _turned_away(language, refused, str(refused))
    return _enter(language, token)


def _turned_away(language: str, refused: SignInRefused, why: str) -> ResponseReturnValue:
    """Write down whose sign-in was refused and why, nothing that was typed where no account has this login; say so."""
    too_many = refused.reason == "too many tries"
    if refused.first:  # then one line for all, so that nobody fills the log
        log("sign_in_refused", who="?", subject=refused.login, reason=refused.reason)
    return _door(language, refused=str(refused) if too_many else why), 429 if too_many else 403


def _network() -> str:
    """Return from which network a request comes: an address, or the part of a longer one that one customer has."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64 if address.version == 6 else 32), strict=False))


def _source(login: str) -> str:
    """Return by what wrong answers are counted: a device that this login signed in on before, else its network.

    So nobody behind the same address closes the door to who was here before.
    """
    device, logins = _device()
    return f"device {device}" if device and login in logins else _network()


def _device() -> tuple[str, list[str]]:
    """Return the name of this browser, and the logins that signed in on it; nothing where it has no such cookie."""
    with suppress(BadSignature):
        name, logins = _devices().loads(request.cookies.get(_device_cookie(), ""))
        return str(name), [str(login) for login in logins]
    return "", []


def _device_cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="devices")


def _remember_device(answer: Response, login: str) -> None:
    name, logins = _device()
    known = list(dict.fromkeys((*logins, login)))[-MOST_LOGINS:]
    answer.set_cookie(
        _device_cookie(),
        _devices().dumps([name or secrets.token_urlsafe(12), known]),
        max_age=DEVICE_LASTS,
        httponly=True,
        samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


DEVICE_LASTS, MOST_LOGINS = 365 * 24 * 3600, 8
"""How many seconds a device is known, and how many logins on it."""


@blueprint.form("everyone", "sign-in-passkey")
def sign_in_by_passkey(language: str) -> ResponseReturnValue:
    """Let somebody in by what their device answers; opened anew, as in another language, it asks again."""
    if request.method == "GET":
        return redirect(f"/{language}/sign-in.html")
    answer, portal = request.form.get("answer", ""), current_app.config["PORTAL"]
    try:
        token = Passkeys(accounts()).sign_in(
            answer, site=_site(), challenge=_asked(), now=now(), portal=portal, source=f"passkey {_network()}"
        )
    except SignInRefused as refused:
        return _turned_away(language, refused, str(NOT_KNOWN))
    return _enter(language, token, by="passkey")


@blueprint.app_errorhandler(401)
def signed_out(_error: Exception) -> ResponseReturnValue:
    """Ask who is there anew; what they typed meanwhile goes with the form, and is sent when they say so."""
    values = {"ended": request.method == "POST", "typed_before": _typed()}
    return _door(language_of(request.path), **values), 401


def _typed() -> str:
    """Return what a form of ours held that came too late, sealed for whoever was signed in when it was opened.

    Nothing is kept of one that another site sent, or with a file, or that is no writing.
    """
    action = current_app.config["ROUTES"].get(request.endpoint or "")
    if request.method != "POST" or action not in WRITTEN or any(file.filename for file in request.files.values()):
        return ""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return ""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET]
    if not any(value for _, value in fields):  # a button alone is pressed again by whoever sees what it does
        return ""
    return _seal(session.get("account", "")).dumps([request.full_path, fields])


def _seal(account: str) -> URLSafeSerializer:
    """Return what seals what somebody typed: nobody else sends it in their name, and nobody changes it meanwhile."""
    return URLSafeSerializer(str(current_app.secret_key), salt=f"typed before {account}")


def _enter(language: str, token: str, *, by: str = "") -> ResponseReturnValue:
    """Begin a session in this browser, unless the account belongs to another portal."""
    session.clear()
    session["token"] = token
    g.pop("account", None)
    account = somebody()
    if account is None:
        accounts().end(token)
        session.clear()
        return _door(language, elsewhere=True), 403
    session["account"] = account.id
    log("sign_in", reason=by)
    answer = Response(status=303, headers={"Location": f"/{language}/index.html"})
    with suppress(BadSignature):
        path, fields = _seal(account.id).loads(request.form.get("typed_before", ""))
        answer = Response(page("account/again.html", language, path=path, fields=fields))
    _remember_device(answer, account.login)
    return answer


def _door(language: str, **values: object) -> str:
    challenge = to_sign_in(_site(), _ask()) if _site().able else ""
    return page(
        "account/sign_in.html",
        language,
        **{"asked": challenge, "typed_before": request.form.get("typed_before"), **values},
    )


@blueprint.act("own_account", "sign-out")
def sign_out(language: str) -> ResponseReturnValue:
    """End the session, and let the browser forget what it kept, but that this device is known."""
    log("sign_out")
    accounts().end(session.get("token", ""))
    session.clear()
    answer = redirect(f"/{language}/sign-in.html", code=303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.form("everyone", "join/<token>")
def join(language: str, token: str) -> ResponseReturnValue:
    """Take up an account by its one-time link: set a password, then show that the authenticator works."""
    try:
        account = accounts().invited(token, now=now())
    except NotFound as error:
        return page("account/gone.html", language, why=str(error)), 404
    if request.method == "GET":
        return page("account/join.html", language, account=account)
    if "code" in request.form:
        try:
            accounts().finish_enrolment(token, request.form["code"], now=now())
        except SignInRefused:
            return _code_page(language, account, token, _secret(token), refused=True), 403
        log("account_taken_up", who=account.login)
        return redirect(f"/{language}/sign-in.html?new", code=303)
    if request.form.get("password") != request.form.get("again"):
        return page("account/join.html", language, account=account, problem="differ"), 400
    try:
        secret = accounts().begin_enrolment(token, request.form.get("password", ""), now=now())
    except InvalidRecord as error:
        return page("account/join.html", language, account=account, problem=str(error)), 400
    return _code_page(language, account, token, secret)


def _code_page(language: str, account: Account, token: str, secret: str, **values: object) -> str:
    address = _address(account, secret)
    return page("account/code.html", language, token=token, secret=secret, address=address, **values)


@blueprint.page("everyone", "join/<token>/code.svg")
def join_picture(language: str, token: str) -> Response:  # noqa: ARG001
    """Show the secret of an authenticator as a picture that a phone can read."""
    account = accounts().invited(token, now=now())
    picture = io.BytesIO()
    segno.make(_address(account, _secret(token)), error="m").save(
        picture, kind="svg", scale=5, border=4, xmldecl=False, svgclass=None
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@blueprint.form("own_account", "account.html")
def account(language: str) -> ResponseReturnValue:
    """Show the own account with its passkeys, and change its password."""
    if request.method == "GET":
        return _own(language)
    form = request.form
    if form.get("new") != form.get("again"):
        return _own(language, problem="differ"), 400
    try:
        accounts().change_password(
            me().id, form.get("password", ""), form.get("code", ""), form.get("new", ""), now=now()
        )
    except (InvalidRecord, SignInRefused) as error:
        return _own(language, problem=str(error)), 400
    log("password_changed")
    session.clear()
    return redirect(f"/{language}/sign-in.html?new", code=303)


@blueprint.form("own_account", "passkeys/add")
def add_passkey(language: str) -> ResponseReturnValue:
    """Keep a passkey that the browser has made, once password and code were given again; opened anew, ask again."""
    if request.method == "GET":
        return redirect(f"/{language}/account.html")
    form = request.form
    try:
        accounts().confirm(me().id, form.get("password", ""), form.get("code", ""), now=now())
        Passkeys(accounts()).add(
            me().id, form.get("name", ""), form.get("answer", ""), site=_site(), challenge=_asked(), now=now()
        )
    except (InvalidRecord, SignInRefused) as error:
        return _own(language, not_added=str(error)), 400
    log("passkey_added")
    return redirect(f"/{language}/account.html", code=303)


@blueprint.act("own_account", "passkeys/remove")
def remove_passkey(language: str) -> ResponseReturnValue:
    """Forget a passkey; its device may be lost, so that every session ends."""
    if not Passkeys(accounts()).remove(me().id, request.form.get("passkey", "")):
        raise NotFound("there is no such passkey")
    log("passkey_removed")
    session.clear()
    return redirect(f"/{language}/sign-in.html", code=303)


def _own(language: str, **values: object) -> str:
    keys, able = Passkeys(accounts()), _site().able
    challenge = keys.to_add(me(), _site(), _ask()) if able else ""
    return page("account/account.html", language, passkeys=keys.of(me().id), asked=challenge, **values)


def _site() -> Site:
    return Site(request.host, secure=current_app.config["SESSION_COOKIE_SECURE"])


def _ask() -> str:
    """Return the question that this browser may answer: the one that waits already, so that two tabs do not differ."""
    waiting, since = session.get("asked", ("", 0))
    if not waiting or now().timestamp() - since > LASTS.total_seconds() / 2:
        waiting = question()
        session["asked"] = (waiting, now().timestamp())
    return str(waiting)


def _asked() -> str:
    """Return the question that waited for an answer, and wait no more; one that nobody can answer where none did."""
    waiting, since = session.pop("asked", ("", 0))
    return waiting if waiting and now() - dt.datetime.fromtimestamp(since, dt.UTC) <= LASTS else question()


def _address(account: Account, secret: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=MADE_BY)


def _secret(token: str) -> str:
    secret = accounts().enrolment_secret(token, now=now())
    if not secret:
        raise NotFound("there is no such picture")
    return secret
