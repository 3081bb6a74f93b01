"""Taking links off."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from connector.engine import unlink
from connector.entrypoints.bodies import LinkBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.link_views import HoldView, UnlinkedAnswer
from connector.entrypoints.views import Reason, ViolationsAnswer


def show_unlink(call: Call[LinkBody]) -> Reply:
    return Reply(HoldView.of(unlink.look(call.world, call.person, call.given.object, call.given.procore_id)))


def take_off(call: Call[LinkBody]) -> Reply:
    done = unlink.unlink(call.world, call.person, call.given.object, call.given.procore_id)
    if done.item is None:
        reasons = tuple(map(Reason.of, done.hold.violations if done.hold else ()))
        return Reply(ViolationsAnswer(violations=reasons), HTTPStatus.UNPROCESSABLE_ENTITY)
    return Reply(UnlinkedAnswer.of(done.item))


ROUTES: Final = (
    Route("GET", "/links/unlink", "showUnlink", "What stands in the way of taking a link off", show_unlink, HoldView, LinkBody),
    Route("POST", "/links/unlink", "unlink", "Take a link off whose record is gone or void in Intacct", take_off, UnlinkedAnswer, LinkBody),
)
