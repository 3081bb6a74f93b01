"""Every text field of every exported kind, taken from the rooms' rows, holds what it should not: what arrives in Intacct is what stood in
Procore, or it is refused and the field is named. The request is never anything but one well-formed document of the same elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element, fromstring

import pytest

from connector.adapters.intacct.envelope import Request, session
from connector.core.errors import Code
from connector.core.exchange import Tree
from connector.engine.prepare import Prepared, prepare
from connector.engine.submit import send
from connector.engine.world import Source, World
from tests.doubles import ManualClock
from tests.numbers import record
from tests.proof.conftest import addresses
from tests.proof.judge import verdict
from tests.proof.machine import Machine
from tests.proof.stage import ALONE, COMPANY, CREDENTIALS, MARCO, Addresses, Stage
from tests.security.texts import FORBIDDEN, MARKUP, SIGNS, ForgedDoor, Place, places

__all__ = ["addresses"]
JUDGED_THERE: Final = frozenset({"unit", "email"})
"""What Intacct itself refuses, in its words: units that it does not know, addresses that are none."""
EVERY_SIGN: Final = '</a>&<b c=\'"">é'


@dataclass(frozen=True)
class Ready:
    """A company of which one record could be sent."""

    stage: Stage
    source: Source

    @property
    def places(self) -> list[Place]:
        return places(self.stage.room(f"{self.stage.subject.object}:").record)

    def world(self, texts: Mapping[str, str]) -> World:
        room = self.stage.room(f"{self.stage.subject.object}:")
        return replace(self.stage.world, door=ForgedDoor(self.stage.world.door, room.record, texts))

    def prepared(self, texts: Mapping[str, str]) -> Prepared:
        return prepare(self.world(texts), self.stage.room(f"{self.stage.subject.object}:"), self.source, {}, ask=True)


@pytest.fixture(scope="module", params=ALONE, ids=str)
def ready(request: pytest.FixtureRequest, addresses: Addresses) -> Iterator[Ready]:
    made = Stage(addresses, request.param, ManualClock(), timeout=(5.0, 30.0))
    yield Ready(made, made.found())
    made.close()


def _keeps_its_element(ready: Ready, texts: tuple[str, ...]) -> None:
    for place in ready.places:
        plain = list(_leaves(ready.prepared({place.field: "x"}).bodies))
        for text in texts:
            prepared = ready.prepared({place.field: text})
            if prepared.violations:
                assert place.field in {each.field for each in prepared.violations}, (place.field, text, prepared.violations)
                continue
            wire = Request(prepared.functions(COMPANY), unique=True).wire(CREDENTIALS, session("S"))
            sent = list(_leaves(prepared.bodies))
            assert list(_read_back(fromstring(wire))) == sent  # noqa: S314 -- our own writing
            assert [path for path, _ in sent] == [path for path, _ in plain]
    record("security", **{"texts written as XML": len(ready.places) * len(texts)})


def test_no_text_breaks_out_of_its_element(ready: Ready) -> None:
    _keeps_its_element(ready, (EVERY_SIGN[:10], "]]>\t&#0;\r\n"))


@pytest.mark.proof
def test_no_text_of_many_breaks_out_of_its_element(ready: Ready) -> None:
    _keeps_its_element(ready, (*MARKUP, *SIGNS))


def test_what_xml_cannot_carry_is_refused_by_the_name_of_its_field(ready: Ready) -> None:
    for place in ready.places:
        sent = send(ready.world({place.field: "a\x00b"}), MARCO, ready.stage.subject.object, ready.source, {})
        assert sent.item is None
        assert [(each.code, each.field) for each in sent.violations] == [(Code.VALUE_UNREADABLE, place.field)]
    everywhere = {place.field: text for place, text in zip(ready.places, FORBIDDEN * 5, strict=False)}
    assert {each.field for each in ready.prepared(everywhere).violations} == {*everywhere}


def test_what_arrives_in_intacct_is_what_stood_in_procore(ready: Ready) -> None:
    """As many fields at once as the rules let through; the judge compares what Intacct holds with what was shown, field by field."""
    texts = {place.field: EVERY_SIGN[: place.row.limit] for place in ready.places if place.row.name not in JUDGED_THERE}
    while refused := {each.field for each in ready.prepared(texts).violations} & texts.keys():
        texts = {field: text for field, text in texts.items() if field not in refused}
    stage = ready.stage
    stage.world = ready.world(texts)
    stage.machine = Machine(stage.world, stage.clock, stage.workflows)
    sent = send(stage.world, MARCO, stage.subject.object, ready.source, {})
    assert sent.item is not None, sent.violations
    stage.item = sent.item.id
    stage.counted()
    stage.play()
    assert verdict(stage) == []


def _leaves(tree: Tree, path: str = "") -> Iterator[tuple[str, str]]:
    """Every element without children, with what is in it, in order."""
    for name, value in tree:
        if name.startswith("@"):
            continue
        if isinstance(value, str):
            yield f"{path}/{name}", value
        elif children := [each for each in value if not each[0].startswith("@")]:
            yield from _leaves(children, f"{path}/{name}")
        else:
            yield f"{path}/{name}", ""


def _read_back(request: Element) -> Iterator[tuple[str, str]]:
    for function in request.iterfind("operation/content/function"):
        yield from _of(function, "")


def _of(element: Element, path: str) -> Iterator[tuple[str, str]]:
    for child in element:
        here = f"{path}/{child.tag}"
        yield from _of(child, here) if len(child) else [(here, child.text or "")]
