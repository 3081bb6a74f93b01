"""Sage Intacct's XML gateway: writes with an outcome, reads in pages, one session per entity.

``gateway`` implements the port. Below it: ``session`` (who is signed in where), ``transport`` (one POST in one slot),
``envelope`` and ``queries`` (XML out), ``reader`` and ``answer`` (XML in), ``faults`` (the error table), ``verdict``
(what became of a write), ``patience`` (when to ask again), ``tenant`` (a tenant's fields and date format).
"""

from __future__ import annotations

from connector.adapters.intacct.envelope import Credentials
from connector.adapters.intacct.faults import Replay
from connector.adapters.intacct.gateway import IntacctGateway, Options

__all__ = ["Credentials", "IntacctGateway", "Options", "Replay"]
