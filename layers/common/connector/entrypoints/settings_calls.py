"""The connection check and the trial of settings, for administrators."""

from __future__ import annotations

from typing import Final

from connector.engine.connection import check
from connector.engine.trial import try_out
from connector.entrypoints.admin_calls import administrators_only
from connector.entrypoints.bodies import CheckBody, TrialBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.trial_views import TrialAnswer
from connector.entrypoints.views import CheckAnswer


def check_settings(call: Call[CheckBody]) -> Reply:
    administrators_only(call.world, call.person)
    return Reply(CheckAnswer.of(check(call.world, call.given.settings)))


def try_settings(call: Call[TrialBody]) -> Reply:
    """Neither system is asked, and nothing is saved."""
    administrators_only(call.world, call.person)
    return Reply(TrialAnswer.of(try_out(call.world, call.world.config(), call.given.settings, first=call.given.first)))


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
    Route(
        "POST",
        "/settings/trial",
        "trySettings",
        "What other settings would have done to the records of the last month; nothing is saved, neither system is asked",
        try_settings,
        TrialAnswer,
        TrialBody,
    ),
)
