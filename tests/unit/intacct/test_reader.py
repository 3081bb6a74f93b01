from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator

import pytest
import xmltodict

from connector.adapters.intacct import reader
from connector.adapters.intacct.reader import Row, Unreadable, read, read_json
from tests.unit.intacct.stub import answered, result, rows

PAGE_SIZE, FIELDS, CHUNK = 2000, 40, 64 * 1024


def _page(first: int = 1, size: int = PAGE_SIZE, fields: int = FIELDS) -> bytes:
    """A page of GL entries as ``query`` gives it, every fifth field empty."""
    entries = [
        {"RECORDNO": str(number)} | {f"VENDOR.FIELD{f}": f"value {f} &amp; of {number}" if f % 5 else "" for f in range(1, fields)}
        for number in range(first, first + size)
    ]
    body = answered(result("page", rows("GLENTRY", *entries))).body
    return body.encode()


def _chunks(body: bytes, size: int = CHUNK) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def _rows(data: str, *, chunk: int = CHUNK) -> list[Row]:
    body = answered(result("c", data)).body
    (found,) = read(_chunks(body.encode(), chunk)).rows.values()
    return found


def _by_xmltodict(body: bytes) -> list[Row]:
    document = xmltodict.parse(body, force_list=("GLENTRY",), strip_whitespace=False)
    entries = document["response"]["operation"]["result"]["data"]["GLENTRY"]
    return [{name: text or "" for name, text in entry.items()} for entry in entries]


def test_rows_have_upper_case_dotted_names_and_text() -> None:
    data = '<data listtype="vendor"><vendor><recordno>44</recordno><Vendor.CreditLimit> 5 </Vendor.CreditLimit><NAME/></vendor></data>'
    assert _rows(data) == [{"RECORDNO": "44", "VENDOR.CREDITLIMIT": " 5 ", "NAME": ""}]


def test_owned_lines_come_under_their_objects_name() -> None:
    data = (
        "<data><podocument><DOCID>Sub-1</DOCID><PODOCUMENTENTRIES>"
        "<podocumententry><LINE_NO>0</LINE_NO><MEMO>a</MEMO></podocumententry>"
        "<podocumententry><LINE_NO>1</LINE_NO><MEMO>b</MEMO></podocumententry>"
        "</PODOCUMENTENTRIES><SUBTOTALS/></podocument></data>"
    )
    lines = [{"LINE_NO": "0", "MEMO": "a"}, {"LINE_NO": "1", "MEMO": "b"}]
    assert _rows(data) == [{"DOCID": "Sub-1", "PODOCUMENTENTRY": lines, "SUBTOTALS": ""}]


def test_one_line_is_a_list_too() -> None:
    data = "<data><apbill><RECORDNO>1</RECORDNO><APBILLITEMS><apbillitem><LINE_NO>1</LINE_NO></apbillitem></APBILLITEMS></apbill></data>"
    assert _rows(data) == [{"RECORDNO": "1", "APBILLITEM": [{"LINE_NO": "1"}]}]


def test_an_object_inside_a_row_is_a_list_of_one_and_a_name_that_repeats_begins_the_next_entry() -> None:
    data = (
        "<data><VENDOR><DISPLAYCONTACT><PRINTAS>Beta</PRINTAS><MAILADDRESS><CITY>Reno</CITY></MAILADDRESS>"
        "</DISPLAYCONTACT><VALUES><VALUE>a</VALUE><VALUE>b</VALUE></VALUES></VENDOR></data>"
    )
    contact = {"PRINTAS": "Beta", "MAILADDRESS": [{"CITY": "Reno"}]}
    assert _rows(data) == [{"DISPLAYCONTACT": [contact], "VALUES": [{"VALUE": "a"}, {"VALUE": "b"}]}]


def test_white_space_between_elements_is_no_text() -> None:
    data = "<data>\n  <VENDOR>\n    <NAME>B</NAME>\n    <L>\n <I>\n <A>1</A>\n </I>\n </L>\n  </VENDOR>\n</data>"
    assert _rows(data) == [{"NAME": "B", "I": [{"A": "1"}]}]


def test_text_is_whole_however_the_bytes_arrive() -> None:
    data = "<data><VENDOR><NAME>Beta &amp; Söhne\nline two</NAME><MEMO>x</MEMO></VENDOR><VENDOR><NAME>C</NAME></VENDOR></data>"
    expected = [{"NAME": "Beta & Söhne\nline two", "MEMO": "x"}, {"NAME": "C"}]
    assert [_rows(data, chunk=size) for size in (1, 7, 64, CHUNK)] == [expected] * 4


def test_each_result_keeps_its_own_rows() -> None:
    body = answered(
        result("a", rows("VENDOR", {"RECORDNO": "1"})), result("b", rows("VENDOR")), result("c"),
        result("d", rows("PROJECT", {"RECORDNO": "2"}, {"RECORDNO": "3"})),
    ).body  # fmt: skip
    document = read(_chunks(body.encode(), 20))
    assert [len(held) for held in document.rows.values()] == [1, 0, 2]
    assert [data.get("listtype") for data in document.rows] == ["VENDOR", "VENDOR", "PROJECT"]


@pytest.mark.parametrize("chunk", [CHUNK, 999])
def test_it_reads_what_xmltodict_reads(chunk: int) -> None:
    body = _page(size=50)
    (found,) = read(_chunks(body, chunk)).rows.values()
    assert found == _by_xmltodict(body)


def test_a_page_in_json_is_the_same_page() -> None:
    (found,) = read(_chunks(_page(size=20))).rows.values()
    assert read_json([json.dumps(found).encode()]) == found


def test_json_numbers_stay_as_written_and_null_is_empty() -> None:
    assert read_json([b'[{"recordno": 7, "AMOUNT": 1.10, "MEMO": null}]']) == [{"RECORDNO": "7", "AMOUNT": "1.10", "MEMO": ""}]


@pytest.mark.parametrize("body", [b'{"error": 1}', b"[1]", b'[{"A": [1]}]', b'[{"A": true}]', b"[", b"", b"[" * 100_000])
def test_other_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable, match="JSON"):
        read_json([body])


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE response [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]><response><control><status>&m;</status></control></response>"
)


def test_an_entity_bomb_is_refused_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(Unreadable, match="document type declaration"):
        read([BOMB])
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE response SYSTEM "http://127.0.0.1/x.dtd"><response/>',
        b"<!DOCTYPE html><html><body>Down for maintenance</body></html>",
        b"<html><body>Down</body></html>",
        b"<response><control>",
        b"<response>&undeclared;</response>",
        b"<response/><response/>",
        b"busy",
        b"",
        b"<response>\xff</response>",
    ],
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read([body])


def test_an_answer_without_end_is_cut_off() -> None:
    def endless() -> Iterator[bytes]:
        yield b"<response><operation><result><data>"
        while True:
            yield b"<R><A>1</A></R>" * 100

    with pytest.raises(Unreadable, match="more than 100,000 bytes"):
        read(endless(), limit=100_000)


@pytest.mark.parametrize(
    "row",
    [
        "<A>" * 20 + "<B>1</B>" + "</A>" * 20,
        "<A>1</A><A>2</A>",
        "<A>1</A><B><A><C>1</C></A></B>",
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: str) -> None:
    with pytest.raises(Unreadable, match=r"row|text and a list"):
        _rows(f"<data><VENDOR>{row}</VENDOR></data>")


def test_memory_stays_flat_over_many_pages() -> None:
    """Each page costs what its rows hold, and nothing is left of it when the next one comes."""

    def peak_of(pages: int) -> int:
        tracemalloc.start()
        for number in range(pages):
            read(_chunks(_page(first=number * 200 + 1, size=200, fields=20)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    peak_of(1)
    assert peak_of(8) < peak_of(1) * 1.1


def test_it_is_several_times_as_fast_as_xmltodict() -> None:
    """3.7 times where it was measured; the bound leaves room for a very busy machine."""
    body = _page(size=400)

    def cost_of_ours() -> float:
        began = time.process_time()
        read(_chunks(body))
        return time.process_time() - began

    def cost_of_theirs() -> float:
        began = time.process_time()
        xmltodict.parse(body)
        return time.process_time() - began

    # In turn, and the least of each: what else runs only adds, and adds to both.
    taken = [(cost_of_ours(), cost_of_theirs()) for _ in range(12)]
    assert min(theirs for _, theirs in taken) > 1.4 * min(ours for ours, _ in taken)


def test_text_of_a_row_is_empty_for_what_it_does_not_hold() -> None:
    row: Row = {"A": "1", "LINES": [{"B": "2"}]}
    assert [reader.text_of(row, name) for name in ("A", "LINES", "C")] == ["1", "", ""]
