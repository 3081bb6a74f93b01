"""One target of the coverage-guided fuzzer, in a process of its own, because libFuzzer ends the process it runs in.

python -m tests.security.fuzz TARGET [--planted] [libFuzzer's options]     exits with 0 when nothing was found
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import atheris

with atheris.instrument_imports(include=["connector.adapters", "connector.core"]):
    from connector.adapters.intacct.answer import of_document
    from connector.adapters.intacct.envelope import redact
    from connector.adapters.intacct.reader import Unreadable, read, read_json
    from connector.adapters.procore.paging import next_query
    from connector.adapters.procore.refusals import words
    from connector.adapters.procore.transport import Reply
    from connector.adapters.procore.webhook import authentic, parsed
    from connector.core.errors import ConnectorError


def answer(data: bytes) -> None:
    """An answer of Intacct's gateway, cut into chunks of a size that the first byte says."""
    size, body = (data[0] or 1, data[1:]) if data else (1, b"")
    of_document(read(body[start : start + size] for start in range(0, len(body), size)), lambda text: redact(text, ("secret",)))


def rows(data: bytes) -> None:
    """A page of rows in JSON."""
    read_json([data])


def webhook(data: bytes) -> None:
    """A delivery: the body, and the header that lets it in."""
    authentic(data.decode("latin-1"), ["current", "Bearer next"])
    parsed(data, our_application="1", our_user="2")


def refusal(data: bytes) -> None:
    """A body of Procore's, in which it says no; and a header that leads on."""
    reply = Reply(status=422, headers={}, body=data)
    assert len(words(reply, hide=("secret",))) <= 1_000
    next_query(data.decode("latin-1"))


TARGETS: Final[dict[str, tuple[Callable[[bytes], None], tuple[type[Exception], ...]]]] = {
    "answer": (answer, (Unreadable,)),
    "rows": (rows, (Unreadable,)),
    "webhook": (webhook, (ConnectorError,)),
    "refusal": (refusal, ()),
}
"""What each may raise: everything else is a find."""


def main() -> None:
    name, *options = sys.argv[1:]
    target, allowed = TARGETS[name]
    if "--planted" in options:  # what the target refuses by right counts as a find: whoever runs this must see it
        options.remove("--planted")
        allowed = ()

    def one(data: bytes) -> None:
        try:
            target(data)
        except allowed:
            return

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
