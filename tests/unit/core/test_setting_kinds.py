"""Every setting can be shown in a form and comes back from it as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.core import setting_kinds
from connector.core.configuration import Configuration
from connector.core.setting_kinds import Kind, kind_of
from connector.presentation.setting_words import BY_NAME, SECTIONS, label

PATHS = [path for section in SECTIONS for path in section.paths]
FULL = Configuration(
    items={"Labor": "L", "S": "SUB"}, funded=frozenset({"paid", "funded"}), location_by_project={"24107": "100"}, due_days=45,
    prime_change_orders_by_project={"24107": "contract and estimate"}, sender_may_approve=True, entity="100",
    link_without_sign_in_up_to=Decimal("500.00"),
)  # fmt: skip


def test_every_setting_stands_in_one_section() -> None:
    shown = [path.partition(".")[0] for path in PATHS]
    elsewhere = {"approvers", "schedules"}
    assert set(shown) | elsewhere == set(Configuration.model_fields)
    assert len(PATHS) == len(set(PATHS))
    for name in ("definitions", "attachments"):
        within = {path.partition(".")[2] for path in PATHS if path.startswith(f"{name}.")}
        assert within == set(type(getattr(FULL, name)).model_fields)


@pytest.mark.parametrize("path", PATHS)
def test_what_a_form_shows_is_read_as_it_was(path: str) -> None:
    value = setting_kinds.at(FULL, path)
    given = setting_kinds.read(path, setting_kinds.write(path, value))
    *within, last = path.split(".")
    tree: dict[str, object] = {last: given}
    for name in within:
        tree = {name: tree}
    assert setting_kinds.at(Configuration.model_validate(tree), path) == value


def test_what_may_be_none_is_an_empty_text() -> None:
    path = "link_without_sign_in_up_to"
    assert setting_kinds.write(path, None) == ""
    assert setting_kinds.read(path, " ") is None


def test_kinds_come_from_the_declaration() -> None:
    assert kind_of("stored_materials") == Kind("choice", ("rolled in", "own line", "refused"))
    assert kind_of("prime_change_orders_by_project") == Kind("pairs", ("contract only", "contract and estimate"))
    assert [kind_of(path).name for path in ("due_days", "sender_may_approve", "funded", "entity", "attachments.folder")] == [
        "number", "yes", "list", "text", "text",
    ]  # fmt: skip


def test_a_part_of_a_setting_has_a_name_too() -> None:
    assert label("items.Labor") == "Item by cost type, Labor"
    assert label("approvers.dana@example.com") == "Approver, dana@example.com"
    assert label("schedules.vendors.every") == "Schedule, vendors"
    assert BY_NAME["mail"].paths == ("digest_hour", "amounts_in_subjects", "link_hours", "link_without_sign_in_up_to")
