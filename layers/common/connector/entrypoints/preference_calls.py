"""Each person's own choice of mails."""

from __future__ import annotations

from typing import Any, Final

from connector.core.notices import Preferences, preferences
from connector.core.people import Role
from connector.entrypoints.bodies import PreferencesBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import PreferencesAnswer


def show(call: Call[None]) -> Reply:
    return _answer(call, preferences(call.world.state.preferences(), call.person.login))


def write(call: Call[PreferencesBody]) -> Reply:
    chosen = Preferences(kinds=dict(call.given.kinds), zone=call.given.zone)
    call.world.state.save_preferences(call.person.login, chosen.model_dump_json())
    return _answer(call, chosen)


def _answer(call: Call[Any], chosen: Preferences) -> Reply:
    config = call.world.config()
    return Reply(PreferencesAnswer.of(chosen, digest_hour=config.digest_hour, approver=Role.APPROVER in config.roles(call.person)))


ROUTES: Final = (
    Route("GET", "/me/preferences", "getPreferences", "Which mails the caller gets, and how", show, PreferencesAnswer),
    Route("PUT", "/me/preferences", "putPreferences", "Choose them anew, all at once", write, PreferencesAnswer, PreferencesBody),
)
