"""What an accountant enters in Sage Intacct herself: through its gateway, as any other client of it would."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import requests

from sandbox.intacct import IntacctSimulator
from sandbox.story.people import Unexpected

_SECONDS = 60.0
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><request><control><senderid>sandbox</senderid><password>sandbox</password>'
    "<controlid>{number}</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control><operation><authentication>"
    "<login><userid>connector</userid><companyid>demo</companyid><password>sandbox</password></login></authentication>"
    '<content><function controlid="{number}">{function}</function></content></operation></request>'
)

type Inside = str | Mapping[str, Inside] | list[Mapping[str, Inside]]


@dataclass
class Books:
    """The books of the company, as somebody with a login sees them."""

    intacct: IntacctSimulator
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def enter(self, name: str, **fields: Inside) -> str:
        """A new record; its RECORDNO. Raises Unexpected when Intacct refuses it."""
        data = self._ask(f"<create>{_element(name, fields)}</create>")
        number = data.findtext(f"{name.lower()}/RECORDNO")
        if not number:
            raise Unexpected(f"Intacct kept no {name}: {ET.tostring(data, 'unicode')}")
        return number

    def rows(self, name: str, fields: str, **where: str) -> list[dict[str, str]]:
        """The rows whose fields have these values."""
        conditions = [f"<equalto><field>{key}</field><value>{escape(value)}</value></equalto>" for key, value in where.items()]
        both = "".join(conditions) if len(conditions) == 1 else f"<and>{''.join(conditions)}</and>"
        select = "".join(f"<field>{each}</field>" for each in fields.split())
        order = "<orderby><order><field>RECORDNO</field><ascending/></order></orderby><pagesize>2000</pagesize>"
        data = self._ask(f"<query><object>{name}</object><select>{select}</select><filter>{both}</filter>{order}</query>")
        return [{child.tag: child.text or "" for child in row} for row in data]

    def _ask(self, function: str) -> ET.Element:
        body = _ENVELOPE.format(number=f"books-{next(self._numbers)}", function=function)
        answer = requests.post(self.intacct.url, data=body.encode(), headers={"Content-Type": "application/xml"}, timeout=_SECONDS)
        result = ET.fromstring(answer.content).find("operation/result")  # noqa: S314 -- of our own simulator
        if result is None or result.findtext("status") != "success":
            raise Unexpected(f"Intacct: {answer.text[:1500]}")
        data = result.find("data")
        return ET.Element("data") if data is None else data


def _element(name: str, inside: Inside) -> str:
    if isinstance(inside, str):
        return f"<{name}>{escape(inside)}</{name}>"
    if isinstance(inside, list):
        return "".join(_element(name, each) for each in inside)
    return f"<{name}>{''.join(_element(tag, value) for tag, value in inside.items())}</{name}>"
