"""What becomes of the request that writes the item's own record, not that of its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.core.fingerprint import controlid
from tests.proof.stage import COMPANY, Stage

_ANSWER: Final = """<?xml version="1.0" encoding="UTF-8"?>
<response><control><status>success</status><senderid>sandbox</senderid><controlid>{controlid}</controlid><uniqueid>true</uniqueid>
<dtdversion>3.0</dtdversion></control><operation><authentication><status>success</status><userid>connector</userid>
<companyid>demo</companyid><sessiontimestamp>2026-06-01T12:00:00+00:00</sessiontimestamp></authentication>
<result><status>{status}</status><function>create</function><controlid>{controlid}</controlid>{more}</result></operation></response>"""


def of_the_write(here: Stage, fault: Mapping[str, Any]) -> None:
    """Plans the fault (:class:`sandbox.faults.Fault`) for it."""
    here.intacct.faults.plan({**fault, "match": f"<{_function(here)}>"})


def answer_to_the_write(here: Stage, status: str, more: str = "") -> str:
    """Intacct's answer with this status of the function."""
    item = here.held()
    key = controlid(COMPANY, item.object, item.procore_id, item.fingerprint, f"1-{_function(here)}")
    return _ANSWER.format(controlid=key, status=status, more=more)


def _function(here: Stage) -> str:
    export = here.room().export
    assert export is not None
    return export.write.function
