"""Reading the mail that the local AWS was asked to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.loopback import get_json


@dataclass(frozen=True)
class Mail:
    """One mail as SES got it; ``html`` is None when it had only text."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str | None
    sent_at: datetime


class Mailbox:
    """All mail of one local AWS, oldest first. It does not survive the server."""

    def __init__(self, port: int) -> None:
        self._port = port

    def messages(self, to: str | None = None) -> list[Mail]:
        """Every mail, or those to one address."""
        answer = get_json(self._port, "/_ministack/ses/messages")
        mails = [_mail(message) for account in answer["messages"].values() for message in account]
        return [mail for mail in mails if to is None or to in mail.to]


def _mail(message: dict[str, Any]) -> Mail:
    return Mail(
        sender=message["Source"],
        to=tuple(message["To"]),
        subject=message["Subject"],
        text=message["BodyText"],
        html=message["BodyHtml"],
        sent_at=datetime.fromtimestamp(message["Timestamp"], UTC),
    )
