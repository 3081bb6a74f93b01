"""``python -m sandbox.intacct --port N [--rows OBJECT=COUNT ...] [--empty]``."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from sandbox.companies import builder
from sandbox.intacct.simulator import IntacctSimulator
from sandbox.serving import run_forever


def _rows(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not count.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: OBJECT=COUNT is expected, such as GLENTRY=100000")
    return name.upper(), int(count)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.intacct", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--rows", type=_rows, action="append", default=[], help="generated rows: OBJECT=COUNT")
    parser.add_argument("--empty", action="store_true", help="start without the seed company")
    given = parser.parse_args()
    try:
        simulator = IntacctSimulator(None if given.empty else builder(), dict(given.rows), lambda: datetime.now(UTC))
    except ValueError as error:
        parser.error(str(error))
    run_forever(simulator, given.port, name="Intacct simulator")


if __name__ == "__main__":
    main()
