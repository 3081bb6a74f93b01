"""What the webhook door passes on: a sender to an SQS FIFO queue."""

from __future__ import annotations

import hashlib
from typing import Final

from connector.adapters.aws.clients import AwsClients, reaching
from connector.core.errors import Code, ConnectorError

_MOST_BYTES: Final = 256 * 1024


class SqsHints:
    """Hints of one group stay in order; one that comes again within five minutes (SQS's window) is dropped by SQS."""

    def __init__(self, aws: AwsClients, *, queue_url: str) -> None:
        self._aws, self._queue_url = aws, queue_url

    def put(self, text: str, *, group: str, once: str) -> None:
        """``once`` says what makes two deliveries the same. Raises ConnectorError(TOO_LARGE) over 256 KB."""
        if len(text.encode()) > _MOST_BYTES:
            raise ConnectorError(Code.TOO_LARGE, f"A hint holds at most {_MOST_BYTES:,} bytes.")
        with reaching("SQS"):
            self._aws.sqs.send_message(
                QueueUrl=self._queue_url,
                MessageBody=text,
                MessageGroupId=_short(group),
                MessageDeduplicationId=_short(once),
            )


def _short(name: str) -> str:
    """SQS takes 128 signs of a narrow set here; only equality matters."""
    return hashlib.sha256(name.encode()).hexdigest()
