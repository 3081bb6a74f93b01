"""A request document, read and checked: control, authentication, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.intacct.grammar import SchemaError
from sandbox.intacct.nodes import Node

CONTROL_ID_LIMIT = 256


@dataclass(frozen=True)
class Control:
    """The control block; ``unique`` is true when it is not given, as documented (web-services/requests)."""

    sender_id: str = ""
    password: str = ""
    control_id: str = ""
    unique: bool = True
    dtd_version: str = ""
    policy_id: str = ""
    whitespace: bool = True
    additional_info: bool = False


@dataclass(frozen=True)
class Login:
    user_id: str
    company_id: str
    password: str
    location_id: str


@dataclass(frozen=True)
class Function:
    """One function element: the id its sender gave it, and the node that says what to do."""

    control_id: str
    node: Node

    @property
    def name(self) -> str:
        return self.node.tag


@dataclass(frozen=True)
class Operation:
    transaction: bool
    login: Login | None
    session_id: str
    functions: tuple[Function, ...]


_GLIMPSE = re.compile(rb"<(senderid|controlid|uniqueid|dtdversion)>([^<&]{1,256})</")


class EnvelopeError(Exception):
    """A document whose control block is missing or bad: GW-0011."""


def control_of(root: Node) -> Control:
    """The control block.

    Raises:
        EnvelopeError: there is none, or it names no sender.
    """
    node = root.child("control")
    if root.tag != "request" or node is None or not node.value("senderid") or "password" not in node:
        raise EnvelopeError
    return Control(
        sender_id=node.value("senderid"),
        password=node.value("password"),
        control_id=node.value("controlid"),
        unique=_flag(node, "uniqueid", default=True),
        dtd_version=node.value("dtdversion"),
        policy_id=node.value("policyid"),
        whitespace=_flag(node, "includewhitespace", default=True),
        additional_info=_flag(node, "showadditionalerrorinfo", default=False),
    )


def glimpse(body: bytes) -> Control:
    """What can be seen of the control block of a document that may not be XML at all, to be quoted in the refusal."""
    seen = {name.decode(): value.decode(errors="replace") for name, value in _GLIMPSE.findall(body[:4000])}
    return Control(
        sender_id=seen.get("senderid", ""),
        control_id=seen.get("controlid", ""),
        unique=seen.get("uniqueid", "true").lower() == "true",
        dtd_version=seen.get("dtdversion", ""),
    )


def check_control(control: Control) -> None:
    """Raise :class:`SchemaError` for a control block without the rest of what it must have."""
    if not 1 <= len(control.control_id) <= CONTROL_ID_LIMIT:
        raise SchemaError("control", "Missing child element(s). Expected is ( controlid ).")
    if control.dtd_version != "3.0":
        raise SchemaError("dtdversion", f"'{control.dtd_version}' is not a supported version. Expected is ( 3.0 ).")


def operation_of(root: Node) -> Operation:
    """The operation block.

    Raises:
        SchemaError: a part is missing, or a function does not hold exactly one call.
    """
    node = root.child("operation")
    if node is None:
        raise SchemaError("request", "Missing child element(s). Expected is ( operation ).")
    authentication = node.child("authentication")
    content = node.child("content")
    if authentication is None or content is None:
        raise SchemaError("operation", "Missing child element(s). Expected is one of ( authentication, content ).")
    login, session = authentication.child("login"), authentication.child("sessionid")
    if (login is None) == (session is None):
        raise SchemaError("authentication", "Missing child element(s). Expected is one of ( login, sessionid ).")
    functions = tuple(_function(child) for child in content.children)
    if not functions:
        raise SchemaError("content", "Missing child element(s). Expected is ( function ).")
    return Operation(
        transaction=node.attributes.get("transaction", "false").lower() == "true",
        login=None if login is None else _login(login),
        session_id="" if session is None else session.text,
        functions=functions,
    )


def _function(node: Node) -> Function:
    if node.tag != "function":
        raise SchemaError(node.tag, "This element is not expected. Expected is ( function ).")
    control_id = node.attributes.get("controlid")
    if control_id is None:
        raise SchemaError("function", "The attribute 'controlid' is required but missing.")
    if not 1 <= len(control_id) <= CONTROL_ID_LIMIT:
        raise SchemaError("function", f"The attribute 'controlid' must have 1 to {CONTROL_ID_LIMIT} characters.")
    if len(node.children) != 1:
        raise SchemaError("function", f"Exactly one child element is expected, {len(node.children)} were found.")
    return Function(control_id, node.children[0])


def _login(node: Node) -> Login:
    for name in ("userid", "companyid", "password"):
        if name not in node:
            raise SchemaError("login", f"Missing child element(s). Expected is ( {name} ).")
    return Login(node.value("userid"), node.value("companyid"), node.value("password"), node.value("locationid"))


def _flag(node: Node, name: str, *, default: bool) -> bool:
    child = node.child(name)
    return default if child is None or not child.text else child.text.lower() == "true"
