"""Procore's REST API of one company: ports.Procore.

What may be repeated is: a GET, a PATCH by id or with origin ids, a DELETE, and anything that Procore provably did not do
(a 429, a connection that never stood). A POST is repeated only where the caller says that twice is once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import requests

from connector.adapters.procore import sync
from connector.adapters.procore.limits import UNIFORM, Jitter, Pacer
from connector.adapters.procore.paging import Pages, unwrapped
from connector.adapters.procore.refusals import refusal, words
from connector.adapters.procore.tokens import Tokens
from connector.adapters.procore.transport import AnswerTooLargeError, Call, NoAnswerError, Reply, Transport, encoded
from connector.core.errors import Code, ConnectorError, OutcomeUnknown, RetryLater
from connector.core.exchange import SyncAnswer
from connector.ports import Clock, Json, RateMemory

_ATTEMPTS: Final = 4
_PATH: Final = re.compile(r"/rest/v\d+\.\d+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")
