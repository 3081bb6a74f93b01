"""``/_sandbox/``: what tests and the demonstration use and the real system does not have. Not counted, not limited.

``GET state`` · ``POST tokens {"user": key}`` (no user: the service account) · ``GET requests`` ·
``GET, POST, DELETE faults`` · ``POST payments {"requisition_id", "amount", "date", "check_number"}`` (Procore Pay pays an invoice) ·
``PATCH payments {"id", "status"}`` (its money moves on).
"""

from __future__ import annotations

import json
from dataclasses import asdict

from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults, endpoint
from sandbox.procore.app import Traffic
from sandbox.procore.calls import Answer
from sandbox.procore.fields import stamp
from sandbox.procore.oauth import Grant, Tokens, pair
from sandbox.procore.objects.contract_payments import PAYMENT
from sandbox.procore.procore_pay import move, pay
from sandbox.procore.state import state
from sandbox.procore.world import World

CLIENT = "sandbox"


def token(tokens: Tokens, user: str | None) -> Grant:
    """A grant without the sign-in.

    Raises:
        KeyError: there is no such seed user.
    """
    if user is None:
        return tokens.grant(CLIENT, None)
    row = tokens.world.store["users"].find(key=user)
    if row is None or row["service_of"] is not None:
        raise KeyError(user)
    return tokens.grant(CLIENT, row["id"])


def answer(tokens: Tokens, faults: Faults, traffic: Traffic, request: Request) -> Response:
    """One request to ``/_sandbox/``."""
    match request.method, request.path:
        case "GET", "/_sandbox/state":
            with tokens.world.lock:
                reply = Answer(state(tokens.world))
        case "GET", "/_sandbox/requests":
            log = [asdict(exchange) | {"time": stamp(exchange.time)} for exchange in traffic.log]
            reply = Answer({"max_in_flight": traffic.max_in_flight, "requests": log})
        case "POST", "/_sandbox/tokens":
            reply = _token(tokens, request)
        case "POST" | "PATCH", "/_sandbox/payments":
            reply = _payment(tokens.world, request)
        case _, "/_sandbox/faults":
            return endpoint(faults, request)
        case _:
            reply = Answer({"error": "not part of the sandbox"}, 404)
    return reply.response()


def _token(tokens: Tokens, request: Request) -> Answer:
    try:
        user = json.loads(request.get_data() or b"{}").get("user")
    except (ValueError, AttributeError):
        return Answer({"error": 'the body is {"user": key}'}, 422)
    try:
        return Answer(pair(tokens.world, token(tokens, user)), 201)
    except KeyError:
        return Answer({"error": f"there is no user {user}"}, 404)


def _payment(world: World, request: Request) -> Answer:
    made = request.method == "POST"
    try:
        body = json.loads(request.get_data())
        with world.lock:
            if made:
                row = pay(world, body["requisition_id"], body["amount"], body["date"], body.get("check_number"))
            else:
                row = move(world, body["id"], body["status"])
            return Answer(PAYMENT.render(world, row, "show"), 201 if made else 200)
    except (KeyError, TypeError, ValueError) as error:
        return Answer({"error": f"no such invoice, payment, amount, date or status: {error}"}, 422)
