from __future__ import annotations

import time
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.intacct.envelope import Credentials, Request, exact, login, redact, render, session
from connector.adapters.intacct.reader import Row, read
from connector.core.errors import Code, ConnectorError
from connector.core.exchange import Function, Tree

SENDER = Credentials(sender_id="acme_ws", sender_password="s3nd&r", user_id="connector", user_password="us<r-pw")
CREATE = Function(
    name="create_potransaction",
    body=[
        ("transactiontype", "Subcontract"),
        ("datecreated", [("year", "2026"), ("month", "11"), ("day", "20")]),
        ("vendorid", "PC-55012"),
        ("returnto", [("contactname", "")]),
        ("potransitems", [("potransitem", [("itemid", "SUB"), ("memo", 'Forming & "L1" <L3>')])]),
    ],
    controlid="demo:commitments:88121:0a1b2c3d4e5f:create",
)
ATTACH = Function(
    name="update_potransaction",
    body=[("@key", 'Subcontract-"SC"\n&1'), ("supdocid", "A-1")],
    controlid="demo:commitments:88121:0a1b2c3d4e5f:attach",
)

GOLDEN_WRITE = (
    '<?xml version="1.0" encoding="UTF-8"?><request><control><senderid>acme_ws</senderid><password>s3nd&amp;r</password>'
    "<controlid>demo:commitments:88121:0a1b2c3d4e5f:create</controlid><uniqueid>true</uniqueid>"
    "<dtdversion>3.0</dtdversion><includewhitespace>false</includewhitespace>"
    "<showadditionalerrorinfo>true</showadditionalerrorinfo></control>"
    '<operation transaction="true"><authentication><sessionid>abc</sessionid></authentication><content>'
    '<function controlid="demo:commitments:88121:0a1b2c3d4e5f:create"><create_potransaction>'
    "<transactiontype>Subcontract</transactiontype>"
    "<datecreated><year>2026</year><month>11</month><day>20</day></datecreated><vendorid>PC-55012</vendorid>"
    "<returnto><contactname/></returnto><potransitems><potransitem><itemid>SUB</itemid>"
    '<memo>Forming &amp; "L1" &lt;L3&gt;</memo></potransitem></potransitems></create_potransaction></function>'
    '<function controlid="demo:commitments:88121:0a1b2c3d4e5f:attach">'
    '<update_potransaction key="Subcontract-&quot;SC&quot;&#10;&amp;1"><supdocid>A-1</supdocid></update_potransaction>'
    "</function></content></operation></request>"
)
GOLDEN_SIGN_IN = (
    '<?xml version="1.0" encoding="UTF-8"?><request><control><senderid>acme_ws</senderid><password>s3nd&amp;r</password>'
    "<controlid>session</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion>"
    "<includewhitespace>false</includewhitespace><showadditionalerrorinfo>true</showadditionalerrorinfo></control>"
    "<operation><authentication><login><userid>connector</userid><companyid>ACME</companyid>"
    "<password>us&lt;r-pw</password><locationid>E100</locationid></login></authentication><content>"
    '<function controlid="session"><getAPISession/></function></content></operation></request>'
)
GOLDEN_EXACT = """<?xml version="1.0" encoding="UTF-8"?>
<request>
  <control>
    <controlid>c</controlid>
    <uniqueid>true</uniqueid>
    <dtdversion>3.0</dtdversion>
    <includewhitespace>false</includewhitespace>
    <showadditionalerrorinfo>true</showadditionalerrorinfo>
  </control>
  <operation>
    <content>
      <function controlid="c">
        <create>
          <VENDOR>
            <NAME>Beta &amp; Sons</NAME>
            <TERMNAME/>
          </VENDOR>
        </create>
      </function>
    </content>
  </operation>
</request>
"""


def test_a_write_of_two_functions_is_one_transaction_byte_for_byte() -> None:
    assert Request([CREATE, ATTACH], unique=True).wire(SENDER, session("abc")).decode() == GOLDEN_WRITE


def test_sign_in_names_the_entity_byte_for_byte() -> None:
    sign_in = Request([Function(name="getAPISession", body=(), controlid="session")], unique=False)
    assert sign_in.wire(SENDER, login(SENDER, "ACME", "E100")).decode() == GOLDEN_SIGN_IN


def test_sign_in_at_the_top_level_names_no_entity() -> None:
    assert "locationid" not in render(login(SENDER, "ACME", ""))


def test_exact_is_indented_and_says_nothing_of_the_sender() -> None:
    vendor = Function(name="create", body=[("VENDOR", [("NAME", "Beta & Sons"), ("TERMNAME", "")])], controlid="c")
    assert exact([vendor]) == GOLDEN_EXACT


def test_exact_is_what_is_written() -> None:
    """The same elements in the same order, sender and session aside."""
    wire = _parsed(Request([CREATE, ATTACH], unique=True).wire(SENDER, session("abc")))
    shown = _parsed(exact([CREATE, ATTACH]))
    control, operation = wire.find("control"), wire.find("operation")
    assert control is not None
    assert operation is not None
    for name, parent in (("senderid", control), ("password", control), ("authentication", operation)):
        parent.remove(parent.findall(name)[0])
    for element in shown.iter():
        if len(element):
            element.text = None
        element.tail = None
    assert ET.tostring(shown) == ET.tostring(wire)


def test_a_single_write_is_no_transaction_and_reads_never_are() -> None:
    assert b"<operation>" in Request([CREATE], unique=True).wire(SENDER, session("abc"))
    reads = Request([CREATE, ATTACH], unique=False).wire(SENDER, session("abc"))
    assert b"<operation>" in reads
    assert b"<uniqueid>false</uniqueid>" in reads


def test_the_saved_request_is_the_sent_one_without_secrets() -> None:
    request = Request([CREATE], unique=True)
    sent = request.wire(SENDER, session("abc")).decode()
    assert request.saved(SENDER) == sent.replace("s3nd&amp;r", "***").replace("abc", "***")


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\ud800b", "a\ufffeb", "\uffff"])
def test_a_character_xml_cannot_carry_is_refused_by_the_name_of_its_element(text: str) -> None:
    body: Tree = [("potransitems", [("potransitem", [("memo", text)])])]
    with pytest.raises(ConnectorError, match="memo holds the character U\\+") as refused:
        Request([Function(name="create_potransaction", body=body, controlid="c")], unique=True)
    assert refused.value.code is Code.VALUE_UNREADABLE


def test_attributes_are_checked_like_text() -> None:
    with pytest.raises(ConnectorError, match="@key"):
        render([("update_potransaction", [("@key", "a\x00")])])


@pytest.mark.parametrize("name", ["", "a b", "1a", "a><b", "@late", "é"])
def test_a_name_that_is_none_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of an element"):
        render([("a", [("first", ""), (name, "")])])


@pytest.mark.parametrize("controlids", [[], [""], ["x" * 257], ["same", "same"]])
def test_controlids_name_each_function(controlids: list[str]) -> None:
    functions = [Function(name="create", body=(), controlid=controlid) for controlid in controlids]
    with pytest.raises(ValueError, match=r"function|controlid"):
        Request(functions, unique=True)
    with pytest.raises(ValueError, match=r"function|controlid"):
        exact(functions)


def test_credentials_do_not_show_their_secrets() -> None:
    assert "s3nd&r" not in repr(SENDER)
    assert "us<r-pw" not in repr(SENDER)


def test_redaction_takes_secrets_out_in_every_form() -> None:
    text = "<sessionid>q2</sessionid> s3nd&amp;r s3nd&r us&lt;r-pw us<r-pw Invalid session q1. <password>x</password>"
    expected = "<sessionid>***</sessionid> *** *** *** *** Invalid session ***. <password>***</password>"
    assert redact(text, [*SENDER.secrets, "q1", ""]) == expected


def test_redaction_leaves_no_tail_of_a_longer_secret() -> None:
    assert redact("sandbox-2", ["sandbox", "sandbox-2"]) == "***"


_XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff", exclude_categories=["Cs"]).filter(
        lambda letter: letter >= " " or letter in "\t\n\r"
    ),
    max_size=30,
)
_NAMES = st.from_regex(r"\A[A-Z][A-Z0-9_.]{0,8}\Z")
_FLAT = st.dictionaries(_NAMES, _XML_TEXT, min_size=1, max_size=5)


def _parsed(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 -- our own XML, for another parser to judge


def _answer(row: Tree) -> bytes:
    tree: Tree = [("response", [("operation", [("result", [("data", [("VENDOR", row)])])])])]
    return render(tree).encode()


def _rows(body: bytes) -> list[Row]:
    (rows,) = read([body]).rows.values()
    return rows


@given(_FLAT)
def test_what_is_written_is_read_back(row: dict[str, str]) -> None:
    assert _rows(_answer(list(row.items()))) == [row]


@settings(max_examples=40)
@given(_FLAT, st.lists(_FLAT, min_size=1, max_size=3))
def test_nested_lines_are_read_back(row: dict[str, str], lines: list[dict[str, str]]) -> None:
    tree: Tree = [*row.items(), ("line-entries", [("line-entry", list(line.items())) for line in lines])]
    assert _rows(_answer(tree)) == [{**row, "LINE-ENTRY": lines}]


@given(_XML_TEXT)
def test_an_attribute_is_read_back_by_another_parser(value: str) -> None:
    assert _parsed(render([("a", [("@key", value)])])).get("key") == value


@given(_FLAT)
def test_xmltodict_reads_the_same(row: dict[str, str]) -> None:
    read_by_it = xmltodict.parse(render([("a", list(row.items()))]), strip_whitespace=False)["a"]
    assert {name: text or "" for name, text in read_by_it.items()} == row


def test_five_hundred_lines_cost_less_than_xmltodict_takes() -> None:
    names = ("itemid", "itemdesc", "quantity", "unit", "price", "locationid", "memo", "projectid", "taskid", "costtypeid")
    line: Tree = [(name, f"value of {name}") for name in names]
    items: Tree = [("potransitem", line)] * 500
    function = Function(name="create_potransaction", body=[("potransitems", items)], controlid="c")
    theirs = {"potransitems": {"potransitem": [dict(line)] * 500}}

    def cost(work: Callable[[], object]) -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    # In turn, and the least of each: other work on the machine only adds.
    taken = [
        (cost(lambda: Request([function], unique=True).wire(SENDER, session("abc"))), cost(lambda: xmltodict.unparse(theirs)))
        for _ in range(5)
    ]
    assert min(ours for ours, _ in taken) * 1.5 < min(its for _, its in taken)
