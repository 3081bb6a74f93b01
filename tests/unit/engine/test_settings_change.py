from __future__ import annotations

from typing import Any

import pytest

from connector.core.configuration import FROZEN, Configuration
from connector.core.errors import Code
from connector.core.item import Intent, Item, State, step
from connector.engine.settings_change import refusals
from connector.ports import CrossReference
from tests.unit.engine.stage import Stage


def link(stage: Stage, object_name: str, project: str = "", number: str = "SC-2041") -> None:
    pair = CrossReference(object=object_name, procore_id=number, intacct_key=f"key-{number}", intacct_id=number, project_id=project)
    assert stage.references.link([pair]) == []


def refused(stage: Stage, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    change = (Configuration.model_validate(each) for each in (before, after))
    violations = refusals(stage.world, *change)
    assert {violation.code for violation in violations} <= {Code.SETTING_IN_USE}
    return [(violation.field, violation.message) for violation in violations]


CHANGES: dict[str, tuple[str, str]] = {
    "prime_change_orders": ("contract only", "contract and estimate"),
    "change_order_amounts": ("delta", "new value"),
    "budget_feature": ("changes", "modifications"),
    "direct_costs_by": ("document", "account"),
    "entity": ("100", ""),
}


@pytest.mark.parametrize(("setting", "by"), [(frozen.setting, by) for frozen in FROZEN for by in frozen.by])
def test_a_mode_stays_from_its_first_use_on(setting: str, by: str) -> None:
    old, new = CHANGES[setting]
    stage = Stage()
    assert refused(stage, {setting: old}, {setting: new}) == []
    link(stage, by, number="SC-1")
    ((field, message),) = refused(stage, {setting: old}, {setting: new})
    assert field == setting
    assert "since SC-1 was sent" in message
    assert refused(stage, {setting: old}, {setting: old, "due_days": 45}) == []


def test_a_use_of_another_kind_freezes_nothing() -> None:
    stage = Stage()
    link(stage, "vendors")
    assert refused(stage, {"change_order_amounts": "delta"}, {"change_order_amounts": "new value"}) == []


def test_procores_own_way_from_modifications_to_changes_stays_open() -> None:
    stage = Stage()
    link(stage, "budget_modifications")
    assert refused(stage, {"budget_feature": "modifications"}, {"budget_feature": "changes"}) == []
    assert [field for field, _ in refused(stage, {"budget_feature": "changes"}, {"budget_feature": "modifications"})] == ["budget_feature"]


class TestByProject:
    BOTH, ONLY = "contract and estimate", "contract only"

    def test_only_the_projects_that_have_sent_stay(self) -> None:
        stage = Stage()
        link(stage, "prime_contract_change_orders", "77", "PCO-1")
        assert refused(stage, {}, {"prime_change_orders_by_project": {"78": self.BOTH}}) == []
        ((field, message),) = refused(stage, {}, {"prime_change_orders_by_project": {"77": self.BOTH}})
        assert field == "prime_change_orders_by_project.77"
        assert message.startswith("prime_change_orders stays 'contract only' in project 77 since PCO-1 was sent under it.")

    def test_the_companys_mode_may_change_where_each_that_has_sent_keeps_its_own(self) -> None:
        stage = Stage()
        link(stage, "prime_contract_change_orders", "77", "PCO-1")
        kept = {"prime_change_orders": self.BOTH, "prime_change_orders_by_project": {"77": self.ONLY}}
        assert refused(stage, {}, kept) == []
        ((field, _),) = refused(stage, {}, {"prime_change_orders": self.BOTH})
        assert field == "prime_change_orders"

    def test_each_project_is_named_once(self) -> None:
        stage = Stage()
        for project, number in (("77", "1"), ("77", "2"), ("78", "3")):
            link(stage, "prime_contract_change_orders", project, number)
        found = refused(stage, {}, {"prime_change_orders_by_project": {"77": self.BOTH, "78": self.BOTH}})
        assert [field for field, _ in found] == ["prime_change_orders_by_project.77", "prime_change_orders_by_project.78"]


@pytest.mark.parametrize(
    ("state", "left", "frozen"),
    [(State.EXPORTING, True, True), (State.FAILED, True, True), (State.EXPORTING, False, False), (State.FAILED, False, False)],
)
def test_what_may_be_in_intacct_counts_as_used(state: State, *, left: bool, frozen: bool) -> None:
    """A request whose outcome is not known yet, or not the one that was meant, went under the old mode."""
    stage = Stage()
    now = stage.clock.now()
    intent = Intent(controlid="c", attempt=1, at=now) if left else None
    item = Item(id="commitment_change_orders:5", company="1", object="commitment_change_orders", state=state, since=now, number="CO-5")
    stage.state.save(*step(item, "export begun", who="connector", at=now, intent=intent))
    fields = [field for field, _ in refused(stage, {}, {"change_order_amounts": "new value"})]
    assert fields == (["change_order_amounts"] if frozen else [])
