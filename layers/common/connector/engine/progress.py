"""A run under way: where it is and what it has counted. Saved after every page, so that a crash goes on from there.

The position's names: ``object`` and ``leg`` say what is being read; ``since``, ``until`` and ``offset`` are its window; ``filter`` and
``after`` the query and the last RECORDNO done; ``jobs`` those still to do; ``touched`` the jobs that got something new in this run;
``alive`` until when the run may be silent before it is given up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.spec import Assignment, Leg
from connector.engine.window import Window, offset_of, opened
from connector.engine.world import World
from connector.ports import Run

SILENCE: Final = timedelta(minutes=20)
"""Longer than a step may take, waits aside: a run that has said nothing for so long is dead."""
_OF_A_LEG: Final = ("since", "until", "filter", "after", "jobs")

type AnyLeg = Leg[Any] | Assignment


@dataclass(slots=True)
class Progress:
    """``position`` and ``counts`` are where the work stands, ``run`` is what was saved of it last."""

    world: World
    run: Run
    deadline: datetime
    config: Configuration
    position: dict[str, str] = field(init=False)
    counts: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
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
        self.run = run

    def end(self, state: str, *problems: str) -> None:
        self.save(state=state, ended_at=self.world.clock.now(), problems=(*self.run.problems, *problems))

    def go_to(self, object_name: str, leg: str) -> None:
        for name in _OF_A_LEG:
            self.position.pop(name, None)
        self.position |= {"object": object_name, "leg": leg}

    def window(self, watermark: str, *, everything: bool) -> Window:
        """The leg's window: opened once, then the same until the leg is done."""
        if not self.at("offset"):  # asked once a run: it moves with summer time
            self.position["offset"] = str(offset_of(self.world.intacct.user_format()))
        if not self.at("until"):
            fresh = opened(watermark, self.world.clock.now(), int(self.at("offset")), full=everything)
            self.position |= {"since": fresh.since.isoformat() if fresh.since else "", "until": fresh.until.isoformat()}
        since = self.at("since")
        return Window(
            since=datetime.fromisoformat(since) if since else None,
            until=datetime.fromisoformat(self.at("until")),
            offset=int(self.at("offset")),
        )


def alive(run: Run, now: datetime) -> bool:
    """Whether somebody still works on it, or may come back to it."""
    until = run.position.get("alive")
    return run.state == "running" and now < (datetime.fromisoformat(until) if until else run.started_at + SILENCE)
