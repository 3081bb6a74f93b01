"""``python -m sandbox.story [--stay]``: sets all up, plays the story, compares both ledgers; ``--stay`` stays up afterwards."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time

from sandbox.story.chapters import Story
from sandbox.story.ledgers import compare, disagreements
from sandbox.story.people import Unexpected
from sandbox.story.stage import Stage, stage
from sandbox.story.table import table

SPIKE_LIMIT = 250
"""Ten times Procore's own: at 25 calls in ten seconds, which the connector keeps to, a month would be mostly waiting."""


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m sandbox.story", description="Plays a month on three jobs on the whole product.")
    options.add_argument("--stay", action="store_true", help="stay up afterwards, until Ctrl-C")
    stay = options.parse_args().stay
    enough = threading.Event()
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: _stop(enough))
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:6.1f} s] {line}", flush=True)

    try:
        with stage("run" if stay else "demo", say, spike_limit=SPIKE_LIMIT) as here:
            story = Story(here, say)
            story.play()
            found = compare(here.procore, here.intacct)
            print(f"\n{table(found)}\n", flush=True)
            compared = sum(len(row.columns) for row in found)
            if wrong := disagreements(found):
                print("\n".join(wrong), file=sys.stderr)
                print(f"The two systems disagree on {len(wrong)} of {compared} amounts.", file=sys.stderr)
                return 1
            say(f"Both systems agree to the cent on {compared} amounts: {len(found)} codes of {len({row.code.job for row in found})} jobs")
            jobs = story.reconciled()
            differing = sum(job["differences"] + job["offset"] for job in jobs)
            say(f"The connector's own reconciliation of {len(jobs)} jobs names {differing} differences")
            if differing:
                return 1
            if stay:
                _stay(here, enough)
    except Unexpected as turn:
        print(f"\nThe story took another turn. {turn}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _stay(here: Stage, enough: threading.Event) -> None:
    print(f"""
API                {here.app}
The app in Procore {here.procore.url}/host/full?app={here.app}/app/approve
Mailbox            {here.aws.endpoint}/_ministack/ses/messages
Simulated Procore  {here.procore.url}/
Simulated Intacct  {here.intacct.base_url}/

Ctrl-C ends all of it.""", flush=True)  # fmt: skip
    enough.wait()
    print("Ending.", flush=True)


def _stop(enough: threading.Event) -> None:
    """A first signal ends the waiting; during the story it ends the story."""
    if enough.is_set():
        return
    enough.set()
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
