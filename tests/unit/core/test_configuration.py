from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connector.core.configuration import Configuration, Definitions
from connector.core.item import Item, State
from connector.core.people import ApprovalRight, Person, Role


def person(login: str = "ana@example.com", **more: Any) -> Person:
    return Person(id="1", login=login, name=login.partition("@")[0].title(), company="1", **more)


def item(amount: str = "100.00", object_name: str = "commitments", project: str = "77") -> Item:
    return Item(
        id=f"{object_name}:1",
        company="1",
        object=object_name,
        procore_id="1",
        project_id=project,
        state=State.WAITING,
        since=datetime(2026, 6, 1, tzinfo=UTC),
        amount=Decimal(amount),
    )


def right(login: str = "ana@example.com", **more: Any) -> ApprovalRight:
    return ApprovalRight(login=login, **more)


def test_without_settings_everybody_sends_and_procore_says_who_approves_and_administers() -> None:
    config = Configuration()
    assert config.roles(person()) == {Role.SENDER}
    assert config.roles(person(accounting_approver=True)) == {Role.SENDER, Role.APPROVER}
    assert config.roles(person(admin_in_procore=True)) == {Role.SENDER, Role.ADMIN}


def test_settings_name_senders_approvers_and_administrators() -> None:
    config = Configuration(
        senders=frozenset({"ana@example.com"}),
        approvers=(right("bo@example.com"),),
        admins=frozenset({"cy@example.com"}),
        procore_admins_are_admins=False,
        accounting_flag_approves=False,
    )
    flagged = {"admin_in_procore": True, "accounting_approver": True}
    assert config.roles(person("ana@example.com", **flagged)) == {Role.SENDER}
    assert config.roles(person("bo@example.com", **flagged)) == {Role.APPROVER}
    assert config.roles(person("cy@example.com", **flagged)) == {Role.ADMIN}
    assert config.roles(person("di@example.com", **flagged)) == frozenset()


def test_who_is_named_has_the_rights_that_were_named_and_no_more() -> None:
    config = Configuration(approvers=(right(objects=frozenset({"vendors"})),))
    flagged = person(accounting_approver=True)
    assert not config.may_approve(flagged, item())
    assert config.may_approve(flagged, item(object_name="vendors"))
    assert config.may_approve(person("bo@example.com", accounting_approver=True), item())
    assert not config.may_approve(person("bo@example.com"), item())


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({}, True),
        ({"objects": frozenset({"commitments"})}, True),
        ({"objects": frozenset({"vendors"})}, False),
        ({"projects": frozenset({"77"})}, True),
        ({"projects": frozenset({"78"})}, False),
        ({"objects": frozenset({"commitments"}), "projects": frozenset({"78"})}, False),
    ],
)
def test_a_right_covers_objects_and_projects(scope: dict[str, Any], *, covered: bool) -> None:
    config = Configuration(approvers=(right(**scope),))
    assert config.may_approve(person(), item()) is covered
    assert (config.approvers_for(item()) == config.approvers) is covered


def test_what_belongs_to_no_project_is_covered_whatever_the_projects() -> None:
    config = Configuration(approvers=(right(projects=frozenset({"77"})),))
    assert config.may_approve(person(), item(object_name="vendors", project=""))


@pytest.mark.parametrize(("amount", "alone"), [("100.00", True), ("-100.00", True), ("100.01", False), ("-100.01", False)])
def test_a_limit_counts_to_the_cent_whatever_the_sign(amount: str, *, alone: bool) -> None:
    config = Configuration(approvers=(right(up_to=Decimal("100.00")),))
    assert config.within_limit(["ana@example.com"], item(amount)) is alone
    assert config.may_approve(person(), item(amount))


def test_a_limit_of_nothing_is_a_limit() -> None:
    config = Configuration(approvers=(right(up_to=Decimal(0)),))
    assert config.within_limit(["ana@example.com"], item("0.00"))
    assert not config.within_limit(["ana@example.com"], item("0.01"))


def test_no_limit_is_no_limit() -> None:
    assert Configuration(approvers=(right(),)).within_limit(["ana@example.com"], item("99999999.00"))


def test_of_several_rights_of_one_person_the_widest_counts() -> None:
    wide, narrow = right(objects=frozenset({"commitments"}), up_to=Decimal(1000)), right(up_to=Decimal(10))
    for rights in ((wide, narrow), (narrow, wide)):
        config = Configuration(approvers=rights)
        assert config.within_limit(["ana@example.com"], item("500.00"))
        assert not config.within_limit(["ana@example.com"], item("500.00", object_name="vendors"))


def test_one_of_several_people_within_the_limit_is_enough() -> None:
    config = Configuration(approvers=(right(up_to=Decimal(10)), right("bo@example.com", up_to=Decimal(1000))))
    assert config.within_limit(["ana@example.com", "bo@example.com"], item("500.00"))
    assert not config.within_limit(["ana@example.com"], item("500.00"))
    assert not config.within_limit([], item("5.00"))


def test_procores_flag_has_no_limit() -> None:
    assert Configuration(approvers=(right("bo@example.com", up_to=Decimal(10)),)).within_limit(["ana@example.com"], item("500.00"))


def test_places_and_items_have_defaults() -> None:
    config = Configuration(location="100", location_by_project={"77": "200"}, items={"S": "SUBCONTRACT"}, default_item="JOBCOST")
    assert (config.location_of("77"), config.location_of("78")) == ("200", "100")
    assert (config.item_for("S"), config.item_for("M")) == ("SUBCONTRACT", "JOBCOST")
    assert Configuration().item_for("S") == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"colour": "red"},
        {"due_days": -1},
        {"due_days": 366},
        {"link_hours": 0},
        {"vendor_ids": "at random"},
        {"approvers": [{"login": "ana@example.com", "up_to": "much"}]},
        {"schedules": {"vendors": {"every": "minute"}}},
        {"definitions": {"bill": "AP Bill"}},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Configuration.model_validate(settings)
    assert str(refused.value.errors()[0]["loc"][0]) == next(iter(settings))


def test_settings_come_back_whole_from_their_json() -> None:
    config = Configuration(
        approvers=(right(up_to=Decimal("1234567.89")),), admins=frozenset({"a@example.com"}), definitions=Definitions(subcontract="SC")
    )
    assert Configuration.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(("projects", "sees"), [(None, True), (frozenset({"77"}), True), (frozenset({"78"}), False), (frozenset(), False)])
def test_a_person_sees_their_projects_and_what_belongs_to_none(projects: frozenset[str] | None, *, sees: bool) -> None:
    assert person(projects=projects).may_see("77") is sees
    assert person(projects=projects).may_see("")
