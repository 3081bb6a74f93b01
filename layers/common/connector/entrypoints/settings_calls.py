"""The connection check, for administrators."""

from __future__ import annotations

from typing import Final

from connector.engine.connection import check
from connector.entrypoints.admin_calls import administrators_only
from connector.entrypoints.bodies import CheckBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import CheckAnswer


def check_settings(call: Call[CheckBody]) -> Reply:
    administrators_only(call.world, call.person)
    return Reply(CheckAnswer.of(check(call.world, call.given.settings)))


ROUTES: Final = (
    Route(
        "POST",
        "/settings/check",
        "checkSettings",
        "Whether both systems are set up as the settings need it, step by step; nothing is saved",
        check_settings,
        CheckAnswer,
        CheckBody,
    ),
)
