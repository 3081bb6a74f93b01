"""The sign-in page behind ``GET /oauth/authorize``: a button for each person of the company.

As Procore's login, it does not render in a frame.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.procore.oauth import OUT_OF_BAND, Tokens
from sandbox.procore.pages import html_page
from sandbox.procore.world import World

NO_FRAMES = {"X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store"}


def answer_authorize(tokens: Tokens, request: Request) -> Response:
    """GET shows the page, POST (a person's button) goes back to the application with a code."""
    world = tokens.world
    problem = _problem(world, request)
    if problem:
        return html_page("Procore sign-in", f"<p>{escape(problem)}</p>", 400, NO_FRAMES)
    if request.method == "POST":
        return _signed_in(tokens, request)
    people = "".join(
        f'<p><button name="user_id" value="{user["id"]}">{escape(user["name"])}</button> {escape(user["job_title"] or "")}</p>'
        for user in world.store["users"].live()
        if user["service_of"] is None
    )
    form = f'<h1>Sign in to Procore</h1><form method="post">{people}</form>'
    return html_page("Procore sign-in", form, 200, NO_FRAMES)


def _problem(world: World, request: Request) -> str | None:
    query = request.args
    if query.get("client_id") not in world.settings.clients:
        return "Client authentication failed due to unknown client."
    if query.get("response_type") != "code":
        return "The authorization server does not support this response type."
    address = query.get("redirect_uri", "")
    if address != OUT_OF_BAND and urlsplit(address).scheme not in ("http", "https"):
        return "The redirect uri included is not valid."
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "The code challenge method must be S256."
    return None


def _signed_in(tokens: Tokens, request: Request) -> Response:
    query, chosen = request.args, request.form.get("user_id", "")
    user = tokens.world.row("users", int(chosen)) if chosen.isdigit() else None
    if user is None or user["service_of"] is not None:
        return html_page("Procore sign-in", "<p>Nobody was chosen.</p>", 400, NO_FRAMES)
    address = query["redirect_uri"]
    code = tokens.code(query["client_id"], user["id"], address, query.get("code_challenge"))
    if address == OUT_OF_BAND:
        return html_page("Procore sign-in", f"<p>Authorization code: <code>{code}</code></p>", 200, NO_FRAMES)
    parts = urlsplit(address)
    extra = {"code": code, **({"state": query["state"]} if "state" in query else {})}
    target = urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *extra.items()])))
    response = redirect(target, 302)
    response.headers.update(NO_FRAMES)
    return response
