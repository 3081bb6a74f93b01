"""Documents that stand in both systems: suggested, compared, linked."""

from __future__ import annotations

from typing import Final

from connector.core.adoption import Wish
from connector.engine import adopt
from connector.entrypoints.adoption_views import AdoptionsAnswer, ComparedView, SuggestionsAnswer
from connector.entrypoints.bodies import AdoptionsBody, AdoptionsQuery
from connector.entrypoints.calls import Call, Reply, Route


def list_suggestions(call: Call[AdoptionsQuery]) -> Reply:
    found = adopt.suggestions(call.world, call.person, call.given.object, call.given.project)
    return Reply(SuggestionsAnswer(suggestions=tuple(found)))


def adopt_pairs(call: Call[AdoptionsBody]) -> Reply:
    given = call.given
    wishes = [
        Wish(
            procore_id=each.procore_id,
            intacct_id=each.intacct_id,
            accepted=frozenset(each.accepted),
            reason=each.reason,
            seen=each.seen,
        )
        for each in given.pairs
    ]
    found = adopt.adopt(call.world, call.person, given.object, given.project_id, wishes, link=given.do == "link")
    return Reply(AdoptionsAnswer(pairs=tuple(map(ComparedView.of, found))))


ROUTES: Final = (
    Route(
        "GET", "/adoptions", "listAdoptions", "What stands in both systems unlinked", list_suggestions, SuggestionsAnswer, AdoptionsQuery
    ),
    Route("POST", "/adoptions", "adopt", "Compare such pairs, or link them", adopt_pairs, AdoptionsAnswer, AdoptionsBody),
)
