"""The credentials of both systems and of the webhook: ports.Secrets on Secrets Manager, each a JSON object of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.adapters.aws.clients import AwsClients, reaching
from connector.core.errors import Code, SetupWrong

if TYPE_CHECKING:
    from connector.ports import Clock


class SecretsManager:
    """Keeps what it read for ``keep`` seconds, so that a warm worker does not ask for each call.

    Give ``keep=0`` to who reads a secret that another worker may just have replaced (a single-use refresh token).
    """

    def __init__(self, aws: AwsClients, clock: Clock, *, keep: float = 60) -> None:
        self._aws, self._clock, self._keep = aws, clock, timedelta(seconds=keep)
        self._kept: dict[str, tuple[datetime, dict[str, str]]] = {}

    def read(self, name: str) -> dict[str, str]:
        """Raises SetupWrong for a secret that is absent or not an object of texts, without showing its content."""
        now = self._clock.now()
        if name in self._kept and now - self._kept[name][0] < self._keep:
            return dict(self._kept[name][1])
        with reaching("Secrets Manager"):
            held = self._aws.secretsmanager.get_secret_value(SecretId=name)
        value = _object_of_texts(name, held.get("SecretString", ""))
        self._kept[name] = now, value
        return dict(value)

    def replace(self, name: str, value: Mapping[str, str]) -> None:
        with reaching("Secrets Manager"):
            self._aws.secretsmanager.put_secret_value(SecretId=name, SecretString=json.dumps(dict(value)))
        self._kept[name] = self._clock.now(), dict(value)


def _object_of_texts(name: str, held: str) -> dict[str, str]:
    try:
        value = json.loads(held)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise SetupWrong(Code.SIGN_IN_FAILED, f"The secret {name} is not a JSON object of texts.")
    return value
