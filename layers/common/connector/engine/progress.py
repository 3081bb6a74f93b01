"""A run under way: where it is and what it has counted. Saved after every page, so that a crash goes on from there.

The position's names: ``outlook`` is what the run knew before it read anything; ``object`` and ``leg`` say what is being read; ``was``,
``since`` and ``until`` are its watermark and its window; ``filter`` and ``after`` the query and the last RECORDNO done; ``jobs`` those
still to do; ``touched`` the jobs that got something new in this run; ``alive`` until when the run may be silent before it is given up;
``waits`` why it waits for the other system, while it does, and ``again`` when it goes on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connector.core.configuration import Configuration
from connector.engine.outlook import Outlook
from connector.engine.window import Mark, Window, end_of, opened
from connector.engine.world import World
from connector.ports import Run

SILENCE: Final = timedelta(minutes=20)
"""Longer than a step may take, waits aside: a run that has said nothing for so long is dead."""
UNSAVED: Final = timedelta(seconds=10)
"""How long a run goes on without a word while it changes nothing: what it reads again after a crash changes nothing either."""
_OF_A_LEG: Final = ("was", "since", "until", "filter", "after", "jobs")


@dataclass(slots=True)
class Progress:
    """``position`` and ``counts`` are where the work stands, ``run`` is what was saved of it last."""

    world: World
    run: Run
    deadline: datetime
    config: Configuration
    position: dict[str, str] = field(init=False)
    counts: Counter[str] = field(init=False)
    saved_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.saved_at = self.world.clock.now()
        self.position = dict(self.run.position)
        self.counts = Counter(self.run.counts)

    @property
    def out_of_time(self) -> bool:
        return self.world.clock.now() >= self.deadline

    def at(self, name: str) -> str:
        return self.position.get(name, "")

    def listed(self, name: str) -> list[str]:
        return list(json.loads(self.at(name))) if self.at(name) else []

    def keep(self, name: str, entries: Iterable[str]) -> None:
        self.position[name] = json.dumps(sorted(entries))

    def save(self, *, wait: float = 0, **changes: object) -> None:
        """Raises Contention when another worker has carried the run on."""
        self.position["alive"] = (self.world.clock.now() + timedelta(seconds=wait) + SILENCE).isoformat()
        kept = {"version": self.run.version + 1, "position": dict(self.position), "counts": dict(self.counts)}
        run = self.run.model_copy(update=kept | changes)
        self.world.state.put_run(run)
        self.run, self.saved_at = run, self.world.clock.now()

    def save_unless_quiet(self, *, changed: bool) -> None:
        if changed or self.out_of_time or self.world.clock.now() - self.saved_at >= UNSAVED:
            self.save()

    def end(self, state: str, *problems: str) -> None:
        self.save(state=state, ended_at=self.world.clock.now(), problems=(*self.run.problems, *problems))

    def go_to(self, object_name: str, leg: str) -> None:
        for name in _OF_A_LEG:
            self.position.pop(name, None)
        self.position |= {"object": object_name, "leg": leg}

    @property
    def outlook(self) -> Outlook:
        return Outlook.of(self.position["outlook"])

    def window(self, mark: str, *, everything: bool) -> Window:
        """The leg's window: opened once, then the same until the leg is done. What the audit trail told ends with it, too."""
        outlook = self.outlook
        if not self.at("until"):
            until = outlook.until if outlook.listened else end_of(self.world.clock.now())
            fresh = opened(None if everything else Mark.of(mark), until, outlook.offset)
            since = fresh.since.isoformat() if fresh.since else ""
            self.position |= {"was": mark, "since": since, "until": fresh.until.isoformat()}
        since = self.at("since")
        return Window(
            since=datetime.fromisoformat(since) if since else None,
            until=datetime.fromisoformat(self.at("until")),
            offset=outlook.offset,
        )


def alive(run: Run, now: datetime) -> bool:
    """Whether somebody still works on it, or may come back to it."""
    until = run.position.get("alive")
    return run.state == "running" and now < (datetime.fromisoformat(until) if until else run.started_at + SILENCE)
