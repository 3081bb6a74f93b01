from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.procore.paging import next_query
from connector.core.errors import Code, ConnectorError
from connector.ports import Json
from tests.unit.procore.stub import API, Server, said

PATH = "/rest/v1.0/vendors"


def rows(first: int, count: int) -> list[Json]:
    return [{"id": each} for each in range(first, first + count)]


def link(query: str, *, server: str = API, rel: str = "next") -> dict[str, str]:
    return {"Link": f'<{server}{PATH}?page=1&per_page=2>; rel="first", <{server}{PATH}?{query}>; rel="{rel}"', "Per-Page": "2"}


def collect(server: Server, path: str = PATH, params: dict[str, str] | None = None) -> list[int]:
    return [row["id"] for page in server.client().pages(path, params) for row in page]


def test_links_are_followed_to_the_end() -> None:
    last = said(body=rows(5, 1), headers=link("page=2", rel="prev"))
    server = Server(said(body=rows(1, 2), headers=link("page=2")), said(body=rows(3, 2), headers=link("page=3")), last)
    assert collect(server, params={"company_id": "8"}) == [1, 2, 3, 4, 5]
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3"]
    assert all(asked.query["company_id"] == "8" for asked in server.asked)


def test_a_link_of_another_origin_leads_to_our_own() -> None:
    server = Server(
        said(body=rows(1, 2), headers=link("page=2&per_page=2", server="https://evil.example")), said(body=rows(3, 1), headers={"Link": ""})
    )
    assert collect(server) == [1, 2, 3]
    assert {(asked.server, asked.path) for asked in server.asked} == {(API, PATH)}


def test_without_links_a_page_shorter_than_per_page_is_the_last() -> None:
    server = Server(said(body=rows(1, 3), headers={"Per-Page": "3"}), said(body=rows(4, 2), headers={"Per-Page": "3"}))
    assert collect(server) == [1, 2, 3, 4, 5]


def test_per_page_is_believed_where_the_server_gives_less_than_we_wished() -> None:
    server = Server(said(body=rows(1, 2), headers={"Per-Page": "2"}), said(body=rows(3, 1), headers={"Per-Page": "2"}))
    assert collect(server) == [1, 2, 3]
    assert server.asked[0].query["per_page"] == "1000"


def test_without_links_the_total_spares_a_look_behind_the_last_full_page() -> None:
    told = {"Per-Page": "2", "Total": "4"}
    server = Server(said(body=rows(1, 2), headers=told), said(body=rows(3, 2), headers=told))
    assert collect(server) == [1, 2, 3, 4]


def test_without_any_header_what_we_asked_for_counts() -> None:
    server = Server(said(body=rows(1, 2)), said(body=rows(3, 1)))
    assert collect(server, params={"per_page": "2"}) == [1, 2, 3]
    assert collect(Server(said(body=rows(1, 2)))) == [1, 2]
    assert collect(Server(said(body=rows(1, 2), headers={"Per-Page": "0", "Total": "many"}))) == [1, 2]


def test_a_list_that_does_not_page_is_read_once() -> None:
    server = Server(always=lambda _: said(body=rows(1, 2), headers={"Per-Page": "2"}))
    assert collect(server) == [1, 2]
    assert len(server.asked) == 2


def test_links_in_a_circle_end() -> None:
    server = Server(
        always=lambda asked: said(body=rows(int(asked.query["page"]) * 10, 2), headers=link(f"page={3 - int(asked.query['page'])}"))
    )
    assert collect(server) == [10, 11, 20, 21]


def test_an_empty_page_ends_it_whatever_the_link_says() -> None:
    assert collect(Server(said(body=[], headers=link("page=2")))) == []


def test_v2_pages_are_in_an_envelope_and_smaller() -> None:
    path = "/rest/v2.0/companies/8/projects/9/commitment_contracts"
    server = Server(said(body={"data": [{"id": "1"}]}, headers={"Per-Page": "1"}), said(body={"data": []}))
    assert list(server.client().pages(path)) == [[{"id": "1"}]]
    assert server.asked[0].query["per_page"] == "100"


def test_an_answer_that_is_no_list_is_refused() -> None:
    with pytest.raises(ConnectorError, match="not a list") as failure:
        collect(Server(said(body={"tools": []})))
    assert failure.value.code is Code.REFUSED_BY_PROCORE


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<https://a.example/x?page=2&filters%5Bid%5D=7>; rel="next"', {"page": "2", "filters[id]": "7"}),
        ("<https://a.example/x?page=2>; rel=next", {"page": "2"}),
        ('<https://a.example/x?page=2>; title="a, b; rel=no"; rel="last next"', {"page": "2"}),
        ('<https://a.example/x?a=1,2&page=2>; rel="next"', {"a": "1,2", "page": "2"}),
        ('<https://a.example/x?page=1>; rel="prev",\n  <https://a.example/x?page=3>; REL="Next"', {"page": "3"}),
        ('<https://a.example/x?page=2>; crossorigin; rel="next"', {"page": "2"}),
        ("<https://a.example/x>; rel=next", {}),
        ('<https://a.example/x?page=2>; rel="nextish"', None),
        ("garbage", None),
        ("", None),
    ],
)
def test_the_next_page_is_found_in_any_form_of_link(header: str, expected: dict[str, str] | None) -> None:
    assert next_query(header) == expected


@given(st.text(alphabet='<>;,"= relnxthp:/?&%[]\\\n', max_size=200))
def test_no_link_is_too_odd_to_be_read(header: str) -> None:
    query = next_query(header)
    assert query is None or isinstance(query, dict)


_RELATIONS = st.permutations(["first", "prev", "next", "last"])


@given(
    _RELATIONS,
    st.sampled_from([", ", ",\n  ", ","]),
    st.dictionaries(st.text("abc[]é&=;,", min_size=1), st.text('a1 ,;&="<>', max_size=5), max_size=3),
)
def test_next_is_found_wherever_it_stands_and_with_whatever_query(order: list[str], between: str, query: dict[str, str]) -> None:
    target = f"https://a.example/x?{urlencode(query)}"
    header = between.join(f'<{target if rel == "next" else "https://a.example/x?page=99"}>; rel="{rel}"' for rel in order)
    assert next_query(header) == query
