"""A client that speaks raw XML to the simulator, in process, and a clock that stands still."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from werkzeug.test import Client, TestResponse

from sandbox.intacct.simulator import GATEWAY_PATH, IntacctSimulator

LOGIN = "<login><userid>connector</userid><companyid>demo</companyid><password>sandbox</password><locationid>{entity}</locationid></login>"


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def parsed(body: bytes | str) -> ET.Element:
    """The root element of a response."""
    return ET.fromstring(body)  # noqa: S314 - what the simulator says


@dataclass
class Error:
    errorno: str
    text: str
    correction: str
    description: str
    node: ET.Element


class Answer:
    """One result, or the whole response when there is none."""

    def __init__(self, node: ET.Element, response: TestResponse) -> None:
        self.node = node
        self.response = response

    @property
    def status(self) -> str:
        return self.node.findtext("status", "")

    @property
    def key(self) -> str:
        return self.node.findtext("key", "")

    @property
    def data(self) -> ET.Element:
        found = self.node.find("data")
        assert found is not None, ET.tostring(self.node)
        return found

    @property
    def rows(self) -> list[dict[str, str]]:
        return [{child.tag: child.text or "" for child in row} for row in self.data]

    @property
    def errors(self) -> list[Error]:
        return [
            Error(
                error.findtext("errorno", ""),
                error.findtext("description2", "").partition(" [Support ID")[0],
                error.findtext("correction", ""),
                error.findtext("description", ""),
                error,
            )
            for error in self.node.iter("error")
        ]

    @property
    def first(self) -> Error:
        assert self.status in {"failure", "aborted"}, ET.tostring(self.node)
        return self.errors[0]


@dataclass
class Gateway:
    """A client of the simulator, in process."""

    simulator: IntacctSimulator
    entity: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def post(self, body: bytes | str) -> TestResponse:
        return Client(self.simulator).post(GATEWAY_PATH, data=body, content_type="application/xml")

    def envelope(
        self,
        *functions: str,
        unique: str = "<uniqueid>false</uniqueid>",
        transaction: bool = False,
        control: str = "",
        auth: str = "",
        ids: tuple[str, ...] = (),
    ) -> str:
        names = ids or tuple(f"f-{next(self._numbers)}" for _ in functions)
        content = "".join(f'<function controlid="{name}">{function}</function>' for name, function in zip(names, functions, strict=True))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            "<request><control><senderid>sandbox</senderid><password>sandbox</password><controlid>test</controlid>"
            f"{unique}<dtdversion>3.0</dtdversion><includewhitespace>false</includewhitespace>{control}</control>"
            f'<operation transaction="{str(transaction).lower()}">'
            f"<authentication>{auth or LOGIN.format(entity=self.entity)}</authentication>"
            f"<content>{content}</content></operation></request>"
        )

    def send(
        self,
        *functions: str,
        unique: str = "<uniqueid>false</uniqueid>",
        transaction: bool = False,
        control: str = "",
        auth: str = "",
        ids: tuple[str, ...] = (),
    ) -> list[Answer]:
        """The results of several functions in one request."""
        body = self.envelope(*functions, unique=unique, transaction=transaction, control=control, auth=auth, ids=ids)
        response = self.post(body)
        root = parsed(response.get_data())
        return [Answer(node, response) for node in root.iter("result")]

    def ask(self, function: str, *, control: str = "", auth: str = "") -> Answer:
        """The result of one function."""
        results = self.send(function, control=control, auth=auth)
        assert len(results) == 1
        return results[0]

    def done(self, function: str) -> Answer:
        """As :meth:`ask`, for a function that must succeed."""
        answer = self.ask(function)
        assert answer.status == "success", ET.tostring(answer.node).decode()
        return answer

    def refused(self, function: str) -> Error:
        """The first error of a function that must be refused, nothing having been written."""
        before = {name: len(table) for name, table in self.simulator.store.tables.items()}
        answer = self.ask(function)
        assert answer.status == "failure", ET.tostring(answer.node).decode()
        assert {name: len(table) for name, table in self.simulator.store.tables.items()} == before
        return answer.first

    def malformed(self, function: str) -> str:
        """What the gateway says to a function of the wrong form, which refuses the whole request."""
        root = parsed(self.post(self.envelope(function)).get_data())
        assert root.findtext("control/status") == "failure", ET.tostring(root).decode()
        assert root.findtext(".//errorno") == "XL03000003"
        return root.findtext(".//description2", "")

    def rows(self, name: str, fields: str, where: str = "", order: str = "RECORDNO") -> list[dict[str, str]]:
        """The rows of a query, ``fields`` separated by spaces, in a fixed order."""
        select = "".join(f"<field>{one}</field>" for one in fields.split())
        condition = f"<filter>{where}</filter>" if where else ""
        sort = f"<orderby><order><field>{order}</field></order></orderby>" if order else ""
        text = f"<query><object>{name}</object><select>{select}</select>{condition}{sort}<pagesize>2000</pagesize></query>"
        return self.done(text).rows

    def row(self, name: str, fields: str, field_name: str, value: str) -> dict[str, str]:
        """The one row whose field has this value."""
        where = f"<equalto><field>{field_name}</field><value>{value}</value></equalto>"
        rows = self.rows(name, fields, where)
        assert len(rows) == 1, rows
        return rows[0]
