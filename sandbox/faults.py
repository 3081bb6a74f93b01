"""Faults on order: a plan of what goes wrong with which request or webhook, shared by both simulators.

A fault is planned in process (``server.faults.plan({...})``) or by ``POST /_sandbox/faults``; it strikes the next
``times`` requests whose text (method, path and body) contains ``match``, after letting ``skip`` of them pass.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from werkzeug.wrappers import Request, Response

from sandbox.serving import Cut

AnswerKind = Literal["cut_before", "cut_after", "delay", "status", "html", "empty"]
DeliveryKind = Literal["duplicate", "reorder"]
ANSWER_KINDS: frozenset[str] = frozenset(get_args(AnswerKind))
DELIVERY_KINDS: frozenset[str] = frozenset(get_args(DeliveryKind))

_MAINTENANCE_PAGE = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>"


@dataclass(frozen=True)
class Fault:
    """One planned fault.

    ``fault`` is one of ``cut_before`` (connection closed, nothing done), ``cut_after`` (the work is done, then the
    connection is closed), ``delay`` (``seconds``), ``status`` (``status``, ``headers`` and ``body``; without a body the
    simulated system's own one), ``html`` (status 200 and a page), ``empty`` (status 200 and nothing); for webhooks
    ``duplicate`` and ``reorder``. ``at`` says for delay, status, html and empty whether the work is left undone
    (``before``; a delay comes before the work) or done first (``after``).
    """

    fault: str
    match: str = ""
    times: int = 1
    skip: int = 0
    at: Literal["before", "after"] = "before"
    seconds: float = 0.0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def __post_init__(self) -> None:
        if self.fault not in ANSWER_KINDS | DELIVERY_KINDS:
            raise ValueError(f"fault: {self.fault!r} is not one of {sorted(ANSWER_KINDS | DELIVERY_KINDS)}")
        if self.at not in {"before", "after"}:
            raise ValueError(f"at: {self.at!r} is neither 'before' nor 'after'")
        if self.times < 1 or self.skip < 0 or self.seconds < 0:
            raise ValueError("times is at least 1, skip and seconds are not negative")


class Faults:
    """A thread-safe plan. ``sleep`` is what a delay calls (seconds), so that a virtual clock can stand in."""

    def __init__(self, sleep: Callable[[float], object] = time.sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._plan: list[Fault] = []
        self._struck: list[tuple[Fault, str]] = []

    def plan(self, fault: dict[str, Any]) -> Fault:
        """Add a fault, given as the fields of :class:`Fault`.

        Raises:
            ValueError: an unknown kind or field, or a value out of range.
        """
        unknown = set(fault) - set(Fault.__dataclass_fields__)
        if unknown or "fault" not in fault:
            raise ValueError(f"unknown fields {sorted(unknown)}" if unknown else "fault: a kind is required")
        planned = Fault(**fault)
        with self._lock:
            self._plan.append(planned)
        return planned

    def take(self, text: str) -> Fault | None:
        """The fault that strikes the request of this text (method, path, body), counted off the plan; else None."""
        return self._take(text, ANSWER_KINDS)

    def take_delivery(self, text: str) -> Fault | None:
        """As :meth:`take`, for a webhook delivery."""
        return self._take(text, DELIVERY_KINDS)

    def clear(self) -> None:
        with self._lock:
            self._plan.clear()
            self._struck.clear()

    def planned(self) -> list[Fault]:
        """What is still to strike; ``times`` and ``skip`` are what is left of them."""
        with self._lock:
            return list(self._plan)

    def struck(self) -> list[tuple[Fault, str]]:
        """The faults that struck, in order, each with the text it struck."""
        with self._lock:
            return list(self._struck)

    def answer(self, text: str, work: Callable[[], Response], refuse: Callable[[int], Response]) -> Response:
        """Do ``work`` and answer with its response, unless a planned fault strikes this request.

        ``refuse`` gives the simulated system's own body for a status.

        Raises:
            Cut: the connection is to be closed without an answer.
        """
        fault = self.take(text)
        if fault is None:
            return work()
        match fault.fault:
            case "cut_before":
                raise Cut
            case "cut_after":
                work()
                raise Cut
            case "delay" if fault.at == "after":
                response = work()
                self._sleep(fault.seconds)
                return response
            case "delay":
                self._sleep(fault.seconds)
                return work()
        if fault.at == "after":
            work()
        return _substitute(fault, refuse)

    def _take(self, text: str, kinds: frozenset[str]) -> Fault | None:
        with self._lock:
            strikes: Fault | None = None
            left: list[Fault] = []
            for fault in self._plan:
                if fault.fault not in kinds or fault.match not in text:
                    left.append(fault)
                elif fault.skip:
                    left.append(replace(fault, skip=fault.skip - 1))
                elif strikes is not None:
                    left.append(fault)
                else:
                    strikes = fault
                    if fault.times > 1:
                        left.append(replace(fault, times=fault.times - 1))
            self._plan = left
            if strikes is not None:
                self._struck.append((strikes, text))
            return strikes


def _substitute(fault: Fault, refuse: Callable[[int], Response]) -> Response:
    if fault.fault == "html":
        return Response(fault.body or _MAINTENANCE_PAGE, 200, fault.headers, content_type="text/html; charset=utf-8")
    if fault.fault == "empty":
        return Response("", 200, fault.headers)
    if fault.body is not None:
        return Response(fault.body, fault.status, fault.headers)
    response = refuse(fault.status)
    response.headers.update(fault.headers)
    return response


def endpoint(faults: Faults, request: Request) -> Response:
    """``/_sandbox/faults`` of a simulator: GET lists the plan, POST adds one fault or a list, DELETE clears it."""
    if request.method == "DELETE":
        faults.clear()
    elif request.method == "POST":
        try:
            body = json.loads(request.get_data())
            for fault in body if isinstance(body, list) else [body]:
                faults.plan(fault)
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 422)
    elif request.method != "GET":
        return _json({"error": "GET, POST or DELETE"}, 405)
    return _json([asdict(fault) for fault in faults.planned()], 200)


def _json(value: object, status: int) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
