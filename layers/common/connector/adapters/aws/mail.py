"""Mails in text and HTML: ports.Mail on SES v2."""

from __future__ import annotations

import hashlib
import re
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching
from connector.core.errors import Code, ConnectorError, SetupWrong
from connector.ports import Letter

if TYPE_CHECKING:
    from mypy_boto3_sesv2.type_defs import MessageHeaderTypeDef

_ONE_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()\[\]\\@]+@[^\s<>,;:\"()\[\]\\@]+")
_REFUSED: Final = frozenset({
    "MessageRejected", "MailFromDomainNotVerifiedException", "AccountSuspendedException", "SendingPausedException",
})  # fmt: skip


class SesMail:
    """``sender`` is a verified address, with or without a name.

    One-click unsubscribe is RFC 8058's, which needs the two headers under a DKIM signature: SES signs with Easy DKIM where the
    sender's domain, not only its address, is a verified identity.

    SES composes the MIME message and sets Message-ID itself (docs.aws.amazon.com/ses/latest/dg/header-fields.html), so
    the mails of one item are held together by an ancestor that was never sent: In-Reply-To and References name it.
    """

    def __init__(self, aws: AwsClients, *, sender: str) -> None:
        self._aws, self._sender = aws, sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]

    def send(self, letter: Letter) -> None:
        """Raises ConnectorError(MALFORMED) unless ``to`` is one plain address and the subject one line."""
        if not _ONE_ADDRESS.fullmatch(letter.to):
            raise ConnectorError(Code.MALFORMED, "The mail's recipient is not one plain address.")
        if not letter.subject.isprintable():
            raise ConnectorError(Code.MALFORMED, "The mail's subject holds a line break or another control character.")
        try:
            with reaching("SES"):
                self._aws.sesv2.send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": [letter.to]},
                    Content={
                        "Simple": {
                            "Subject": {"Data": letter.subject, "Charset": "UTF-8"},
                            "Body": {
                                "Text": {"Data": letter.text, "Charset": "UTF-8"},
                                "Html": {"Data": letter.html, "Charset": "UTF-8"},
                            },
                            "Headers": self._headers(letter),
                        }
                    },
                )
        except ClientError as error:
            if code_of(error) in _REFUSED:
                raise SetupWrong(Code.NO_PERMISSION, "SES refuses the mail.", their_words=str(error)) from error
            raise

    def _headers(self, letter: Letter) -> list[MessageHeaderTypeDef]:
        said = {"Auto-Submitted": "auto-generated"}
        if letter.unsubscribe:
            said |= {"List-Unsubscribe": f"<{letter.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        if letter.thread:
            ancestor = f"<{hashlib.sha256(letter.thread.encode()).hexdigest()[:32]}@{self._domain}>"
            said |= {"In-Reply-To": ancestor, "References": ancestor}
        return [{"Name": name, "Value": value} for name, value in said.items()]
