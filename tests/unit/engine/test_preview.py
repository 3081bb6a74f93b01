from __future__ import annotations

import json
from typing import Any

from connector.core.item import Item, State
from connector.engine import preview
from connector.engine.choices import rechoose
from connector.engine.submit import look
from connector.engine.world import Source
from tests.doubles.clock import START
from tests.unit.engine.stage import DANA, ITEM, MARCO, NEED, Stage


def shown(stage: Stage, choices: dict[str, str] | None = None) -> dict[str, Any]:
    return dict(look(stage.world, MARCO, "widgets", Source(procore_id="7", project_id="77"), choices or {}))


def origins(preview: dict[str, Any]) -> dict[str, str]:
    return {field["path"]: field["from"] for fields in [preview["fields"], *preview["lines"]] for field in fields}


def test_every_value_says_where_it_comes_from() -> None:
    stage = Stage().linked_maker()
    stage.configure(default_terms="Net 30")
    assert origins(shown(stage, {"number": "W-9"})) == {
        "number": "you, here",
        "maker": "Procore maker.id",
        "day": "Procore day",
        "status": "Procore status",
        "term": "setting: default terms",
        "note": "rule: none where there is nothing to note",
        "parts[1].procore_id": "Procore line id",
        "parts[1].amount": "Procore line amount",
        "parts[1].code": "Procore line code.id",
        "parts[2].procore_id": "Procore line id",
        "parts[2].amount": "Procore line amount",
        "parts[2].code": "Procore line code.id",
    }


def test_what_no_row_explains_is_made_here() -> None:
    stage = Stage().linked_maker()
    stage.edit(maker=None)
    assert "maker" not in origins(shown(stage))
    assert origins(shown(stage))["number"] == "Procore number"


def test_values_labels_and_places_are_shown_as_people_read_them() -> None:
    stage = Stage().linked_maker()
    fields = {field["path"]: field for field in shown(stage)["fields"]}
    assert fields["maker"] == {
        "path": "maker",
        "label": "Maker",
        "value": "PC-8821",
        "name": "Acme",
        "from": "Procore maker.id",
        "intacct": "MAKERID",
    }
    assert (fields["day"]["value"], fields["day"]["intacct"]) == ("2026-06-01", "created")


def test_what_does_not_go_is_not_shown() -> None:
    stage = Stage().linked_maker()
    assert not {"key", "city", "parts"} & set(origins(shown(stage)))


def test_the_head_says_what_it_is_about() -> None:
    preview = shown(Stage().linked_maker())
    head = {name: preview[name] for name in ("object", "title", "procore_id", "kind", "project", "number", "party", "amount")}
    assert head == {
        "object": "widgets",
        "title": "Widget",
        "procore_id": "7",
        "kind": "Big",
        "project": {"id": "77", "name": "Pier 9"},
        "number": "W-1",
        "party": "Acme",
        "amount": "300.20",
    }
    assert preview["choices"] == [{"name": "number", "label": "Document number", "value": "W-1"}]
    assert preview["checks"] == []


def test_the_effect_is_shown_before_and_after_to_the_cent() -> None:
    stage = Stage().linked_maker()
    stage.books.tables["PARTS"] = [{"TOTAL": "0.10"}, {"TOTAL": "0.20"}, {"TOTAL": ""}, {}]
    assert shown(stage)["effects"] == [{"label": "Made so far", "before": "0.30", "after": "300.50"}]


def test_an_effect_is_asked_for_where_it_is_shown_and_not_again_when_it_leaves() -> None:
    """It adds up a job's documents, of which there may be thousands."""
    stage = Stage()
    stage.sent()
    assert any(query.fields == ("TOTAL",) for query in stage.books.asked)
    stage.books.asked.clear()
    stage.approve(with_needs=True)
    stage.machine.play()
    assert stage.item().state is State.SYNCED
    asked = [(query.object, query.fields) for query in stage.books.asked]
    assert ("WIDGET", ("DOCNO",)) in asked
    assert ("PARTS", ("TOTAL",)) not in asked


def test_the_request_shown_is_the_request_that_leaves() -> None:
    stage = Stage().approved()
    kept = json.loads(stage.payloads.get(preview.name_of(ITEM, stage.item().fingerprint)) or "")
    stage.export()
    assert kept["request"] == stage.books.exact(stage.books.requests[0])


def test_what_goes_first_is_shown_with_its_own_fingerprint_and_checks() -> None:
    stage = Stage()
    stage.edit(NEED, name=None)
    (need,) = shown(stage)["needs"]
    assert (need["item"], need["title"], need["name"]) == (NEED, "Maker", "")
    assert [check["code"] for check in need["checks"]] == ["VALUE_MISSING"]
    assert len(need["fingerprint"]) == 64


def test_a_record_that_cannot_be_read_has_checks_and_no_fields() -> None:
    stage = Stage().linked_maker()
    stage.edit(day="June 1st")
    preview = shown(stage)
    assert (preview["fields"], preview["lines"], preview["request"], preview["fingerprint"]) == ([], [], "", "")
    assert [check["field"] for check in preview["checks"]] == ["day"]


def test_a_preview_is_text_that_says_the_same_each_time() -> None:
    stage = Stage().linked_maker()
    assert preview.text(shown(stage)) == preview.text(shown(stage))
    assert json.loads(preview.text(shown(stage))) == shown(stage)


def test_previews_are_kept_by_item_and_content() -> None:
    item = Item(id=ITEM, company="1", object="widgets", procore_id="7", state=State.DRAFT, since=START)
    assert preview.name_of(item.id, "abc") == "previews/widgets:7/abc.json"


def test_an_approvers_choice_makes_a_new_preview_under_a_new_fingerprint() -> None:
    stage = Stage().linked_maker()
    first = stage.sent()
    sent = rechoose(stage.world, DANA, ITEM, {"number": "W-9"}, fingerprint=first.fingerprint)
    assert sent.item is not None
    assert sent.preview is not None
    assert (sent.item.number, sent.item.fingerprint == first.fingerprint) == ("W-9", False)
    assert origins(dict(sent.preview))["number"] == "you, here"
