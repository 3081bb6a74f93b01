"""An attachment's id and the names of its files."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.attachments import Attachment, listed, name_in_intacct, supporting_document


def _files(*named: tuple[str, str]) -> tuple[Attachment, ...]:
    return tuple(Attachment(procore_id=file_id, filename=name) for file_id, name in named)


def test_the_id_follows_from_the_record_and_its_files() -> None:
    files = _files(("1", "a.pdf"), ("2", "b.pdf"))
    name = supporting_document("commitments", "7", files)
    assert name is not None
    assert (name[:3], len(name)) == ("PC-", 20)
    assert supporting_document("commitments", "7", files[::-1]) == name
    others = {
        supporting_document("commitments", "8", files),
        supporting_document("subcontractor_invoices", "7", files),
        supporting_document("commitments", "7", files[:1]),
        supporting_document("commitments", "7", _files(("1", "a.pdf"), ("2", "c.pdf"))),
    }
    assert (len(others), name in others) == (4, False)
    assert supporting_document("commitments", "7", ()) is None


@pytest.mark.parametrize(
    ("filename", "media_type", "taken", "expected"),
    [
        ("SC-1.pdf", "", [], ("SC-1", "pdf")),
        ("rev 1.2.PDF", "", [], ("rev 1_2", "PDF")),
        ("scan", "application/pdf", [], ("scan", "pdf")),
        ("scan", "", [], ("scan", "bin")),
        (".profile", "", [], ("_profile", "bin")),
        ("Signed. By both", "", [], ("Signed_ By both", "bin")),
        ("", "", [], ("file", "bin")),
        ("a\tb.pdf", "", [], ("a_b", "pdf")),
        ("Scan.dwg", "", ["scan"], ("Scan (2)", "dwg")),
        ("scan.pdf", "", ["scan", "Scan (2)"], ("scan (3)", "pdf")),
    ],
)
def test_a_name_as_intacct_wants_it(filename: str, media_type: str, taken: list[str], expected: tuple[str, str]) -> None:
    assert name_in_intacct(filename, media_type, taken) == expected


@given(st.lists(st.text(max_size=12), max_size=6))
def test_names_are_plain_and_each_is_its_own(filenames: list[str]) -> None:
    names: list[str] = []
    for filename in filenames:
        name, extension = name_in_intacct(filename, "", names)
        assert "." not in name + extension
        assert name and extension and name.isprintable()  # noqa: PT018 -- one claim
        names.append(name)
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [({}, []), ({"attachments": None}, []), ({"attachments": {"id": 1}}, [{"id": 1}]), ({"attachments": [{"id": 1}]}, [{"id": 1}])],
)
def test_one_object_or_a_list_of_them(shown: dict[str, Any], expected: list[Any]) -> None:
    assert listed(shown) == expected
