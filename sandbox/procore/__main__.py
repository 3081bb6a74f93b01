"""``python -m sandbox.procore --port N [--empty]``: the simulator by itself, until it is told to end."""

from __future__ import annotations

import argparse

from sandbox.companies import builder
from sandbox.faults import Faults
from sandbox.procore.seed import EMPTY
from sandbox.procore.settings import Settings, system_clock
from sandbox.procore.simulator import ProcoreSimulator
from sandbox.serving import run_forever


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.procore", description="A simulated Procore on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--empty", action="store_true", help="a company without records")
    parser.add_argument("--hourly", type=int, default=Settings.hourly_limit, help="requests an hour per application")
    parser.add_argument("--spike", type=int, default=Settings.spike_limit, help="requests in ten seconds")
    parser.add_argument("--company-header-optional", action="store_true", help="for clients that never send Procore-Company-Id")
    parser.add_argument("--link-base", help="what Link headers name, such as https://api.procore.com")
    chosen = parser.parse_args()
    settings = Settings(
        hourly_limit=chosen.hourly,
        spike_limit=chosen.spike,
        link_base=chosen.link_base,
        company_header_required=not chosen.company_header_optional,
    )
    simulator = ProcoreSimulator(EMPTY if chosen.empty else builder(), system_clock, settings, Faults())
    simulator.webhooks.start()
    try:
        run_forever(simulator.application, chosen.port, name="procore")
    finally:
        simulator.close()


if __name__ == "__main__":
    main()
