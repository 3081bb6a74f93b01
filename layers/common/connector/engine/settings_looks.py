"""What the settings name, looked up in Intacct: one look for each step of the connection check that judges settings.

A look says what it asks and judges the answers; asking all of them together, in one request, is :mod:`connector.engine.connection`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.core.configuration import Configuration
from connector.core.connection import Wrong
from connector.core.definitions import DEFINITION, FIELDS, SOURCES, USES, faults
from connector.core.errors import Code, Who
from connector.core.exchange import FieldInfo, Held, Query, Where

APPROVED: Final = "approved change"
GL_FIELDS: Final = (("PC_ACCOUNT_TYPE", "PC Account Type"), ("PC_COST_TYPES", "PC Cost Types"))
"""Custom fields of the GL account, by integration name and label, that say which postings are direct costs. The names are a guess [?]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """``rows`` are the answers by the names of the questions; ``fields`` what ``lookup`` lists by object."""

    rows: Mapping[str, Sequence[Held]]
    fields: Mapping[str, Mapping[str, FieldInfo]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``unseen`` is a matter on which Intacct does not say enough."""

    found: str
    wrong: tuple[Wrong, ...] = ()
    unseen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """``settings`` are the settings it judges; ``asks`` its questions, of the fields that the company has; ``objects`` what else it
    wants looked up."""

    name: str
    title: str
    settings: tuple[str, ...]
    asks: Callable[[Configuration], Mapping[str, Query]]
    judge: Callable[[Configuration, Seen], Verdict]
    objects: tuple[str, ...] = ()


type Named = Sequence[tuple[str, str]]
"""Paths of settings and the ids that they name."""


def _of(object_name: str, key: str, named: Named, *fields: str) -> dict[str, Query]:
    """The rows that are named; nothing is asked where none is."""
    ids = tuple(sorted({value for _, value in named if value}))
    where = (Where(key, "in", ids),)
    return {object_name: Query(object=object_name, fields=(key, *fields, "STATUS"), where=where)} if ids else {}


def _absent(named: Named, seen: Seen, object_name: str, key: str, noun: str) -> Iterator[Wrong]:
    held = {str(row[key]): row for row in seen.rows.get(object_name, ())}
    for path, value in named:
        if value and value not in held:
            yield Wrong.of(Code.SETTING_UNKNOWN, path, f"Intacct has no {noun} {value!r} ({path}).")
        elif value and _inactive(held[value]):
            yield Wrong.of(Code.SETTING_UNKNOWN, path, f"The {noun} {value!r} is inactive in Intacct ({path}).")


def _inactive(row: Held) -> bool:
    return str(row.get("STATUS") or "active").lower() != "active"


def _listed(named: Named) -> str:
    return ", ".join(sorted({value for _, value in named if value}))


def _entity(config: Configuration, seen: Seen) -> Verdict:
    named = _named_entity(config)
    wrong = tuple(_absent(named, seen, "LOCATIONENTITY", "LOCATIONID", "entity"))
    return Verdict(found=f"Records go to the entity {config.entity}." if named else "Records go to the top level.", wrong=wrong)


def _named_entity(config: Configuration) -> Named:
    return [("entity", config.entity)] if config.entity else []


def _definitions(config: Configuration, seen: Seen) -> Verdict:
    rows, names = seen.rows.get(DEFINITION, ()), config.definitions
    found = {setting: list(faults(setting, names, rows)) for setting, _ in _named_definitions(config)}
    wrong = tuple(_unsuitable(config, setting, said) for setting, said in found.items() if said)
    readable = SOURCES in seen.fields.get(DEFINITION, {})
    said = [f"{len(found) - len(wrong)} of {len(found)} definitions can carry their documents."]
    said += [] if readable else ["Intacct does not show what each can be converted from: look at it there."]
    said += [] if names.subcontract_adjustment else ["Invoices that ask money back are refused: no definition is named for them."]
    return Verdict(found=" ".join(said), wrong=wrong)


def _named_definitions(config: Configuration) -> Named:
    return [(setting, name) for setting in USES if (name := getattr(config.definitions, setting))]


def _unsuitable(config: Configuration, setting: str, said: Sequence[str]) -> Wrong:
    name = getattr(config.definitions, setting)
    do = f"Change {name} in Purchasing > Setup > Transaction definitions, or name another definition (definitions.{setting})."
    return Wrong.of(Code.DEFINITION_UNSUITABLE, f"definitions.{setting}", f"{name}: {'; '.join(said)}.", do)


def _items(config: Configuration, seen: Seen) -> Verdict:
    """Every active cost type has an item, of its own or the default; a type that Intacct does not know is a slip of the pen."""
    types = {str(row["STANDARDCOSTTYPEID"]): row for row in seen.rows.get("STANDARDCOSTTYPE", ())}
    wrong = list(_absent(_named_items(config), seen, "ITEM", "ITEMID", "item"))
    wrong += [
        Wrong.of(Code.SETTING_UNKNOWN, f"items.{name}", f"Intacct has no cost type {name!r} (items.{name}).")
        for name in config.items
        if name not in types
    ]
    wrong += [
        Wrong.of(Code.ITEM_NOT_MAPPED, f"items.{name}", f"The cost type {name} has no item, and there is no default item.")
        for name, row in types.items()
        if not _inactive(row) and not config.item_for(name)
    ]
    return Verdict(found=f"{len(types)} cost types; items: {_listed(_named_items(config)) or 'none'}.", wrong=tuple(wrong))


def _named_items(config: Configuration) -> Named:
    return [*((f"items.{name}", item) for name, item in config.items.items()), ("default_item", config.default_item)]


def _asked_items(config: Configuration) -> dict[str, Query]:
    types = Query(object="STANDARDCOSTTYPE", fields=("STANDARDCOSTTYPEID", "STATUS"))
    return {"STANDARDCOSTTYPE": types, **_of("ITEM", "ITEMID", _named_items(config), "BASEUOM")}


def _unit(config: Configuration, seen: Seen) -> Verdict:
    """Amount-based lines convert by price, and then the unit must be the item's base unit."""
    rows = seen.rows.get("ITEM", ())
    if rows and "BASEUOM" not in seen.fields.get("ITEM", {}):
        return Verdict(found="Intacct does not show the base units of items: compare them there.", unseen=True)
    wrong = tuple(
        Wrong.of(
            Code.SETTING_UNKNOWN,
            "unit",
            f"The base unit of item {row['ITEMID']} is {row.get('BASEUOM') or 'not set'}, not {config.unit!r} (unit).",
            "Name the items' base unit, to the letter, or give the item this unit in Intacct.",
        )
        for row in rows
        if row.get("BASEUOM") != config.unit
    )
    return Verdict(found=f"Amounts go as one {config.unit} of each item.", wrong=wrong)


def _terms(config: Configuration, seen: Seen) -> Verdict:
    wrong = tuple(_absent(_named_terms(config), seen, "APTERM", "NAME", "payment terms"))
    days = f"Where Procore has no terms, documents are due after {config.due_days} days."
    return Verdict(found=f"Where Procore has no terms, {config.default_terms} hold." if config.default_terms else days, wrong=wrong)


def _named_terms(config: Configuration) -> Named:
    return [("default_terms", config.default_terms)]


def _locations(config: Configuration, seen: Seen) -> Verdict:
    wrong = list(_absent(_named_locations(config), seen, "LOCATION", "LOCATIONID", "location"))
    if seen.rows["entities"] and not config.location:
        said = "This company has several entities, and documents of projects without a location of their own would have none (location)."
        wrong.append(Wrong.of(Code.DIMENSION_MISSING, "location", said, "Name a location for all other projects.", who=Who.ADMIN))
    own = f"; {len(config.location_by_project)} projects have their own" if config.location_by_project else ""
    return Verdict(found=f"Location: {config.location or 'none'}{own}.", wrong=tuple(wrong))


def _named_locations(config: Configuration) -> Named:
    return [
        ("location", config.location),
        *((f"location_by_project.{project}", name) for project, name in config.location_by_project.items()),
    ]


def _asked_locations(config: Configuration) -> dict[str, Query]:
    entities = Query(object="LOCATIONENTITY", fields=("LOCATIONID",))
    return {"entities": entities, **_of("LOCATION", "LOCATIONID", _named_locations(config))}


def _category(config: Configuration, seen: Seen) -> Verdict:
    field = seen.fields.get("PROJECT", {}).get("PROJECTCATEGORY")
    if field is None or not field.valid_values:
        return Verdict(found="Intacct does not list its project categories: compare the name there.", unseen=True)
    if config.project_category in field.valid_values:
        return Verdict(found=f"New jobs are of the category {config.project_category}.")
    said = f"Intacct has no project category {config.project_category!r} (project_category); it has {', '.join(field.valid_values)}."
    return Verdict(found=said, wrong=(Wrong.of(Code.SETTING_UNKNOWN, "project_category", said),))


def _status(config: Configuration, seen: Seen) -> Verdict:
    named: Named = [("change_request_status", config.change_request_status)]
    wrong = list(_absent(named, seen, "CHANGEREQUESTSTATUS", "NAME", "change request status"))
    for row in seen.rows.get("CHANGEREQUESTSTATUS", ()):
        if row.get("WFTYPE") != APPROVED:
            said = f"{row['NAME']!r} posts as {row.get('WFTYPE') or 'nothing'}, not as an {APPROVED} (change_request_status)."
            do = f"Name a change request status whose workflow type is {APPROVED}."
            wrong.append(Wrong.of(Code.SETTING_UNKNOWN, "change_request_status", said, do))
    return Verdict(found=f"Prime contract change orders take the status {config.change_request_status}.", wrong=tuple(wrong))


def _contract_lines(config: Configuration, seen: Seen) -> Verdict:
    wrong = list(_absent([("contract_line_account", config.contract_line_account)], seen, "GLACCOUNT", "ACCOUNTNO", "account"))
    wrong += _absent([("contract_line_item", config.contract_line_item)], seen, "ITEM", "ITEMID", "item")
    for row in seen.rows.get("ITEM", ()):
        if not str(row.get("ITEMTYPE") or "Non-Inventory").startswith("Non-Inventory"):
            said = (
                f"Item {row['ITEMID']} is of the type {row['ITEMTYPE']}; a contract line takes a non-inventory item (contract_line_item)."
            )
            wrong.append(Wrong.of(Code.SETTING_UNKNOWN, "contract_line_item", said))
    first = "that of the contract's first line"
    found = f"Account {config.contract_line_account or first}; item {config.contract_line_item or first}."
    return Verdict(found=found, wrong=tuple(wrong))


def _asked_contract_lines(config: Configuration) -> dict[str, Query]:
    account = _of("GLACCOUNT", "ACCOUNTNO", [("", config.contract_line_account)])
    return account | _of("ITEM", "ITEMID", [("", config.contract_line_item)], "ITEMTYPE")


def _gl_fields(_config: Configuration, seen: Seen) -> Verdict:
    fields = seen.fields.get("GLACCOUNT", {}).values()
    labels = {each.label.casefold() for each in fields} | {each.name.casefold() for each in fields}
    missing = [label for name, label in GL_FIELDS if not {name.casefold(), label.casefold()} & labels]
    wrong = tuple(
        Wrong.of(
            Code.FIELD_MISSING,
            "",
            f"The GL account has no custom field {label}, which marks what is imported as direct costs.",
            f"Add the custom field {label} to the GL account in Platform Services.",
        )
        for label in missing
    )
    return Verdict(found="Accounts of direct costs can be marked." if not missing else "Direct costs cannot be told.", wrong=wrong)


def _plain(name: str, title: str, setting: str, object_name: str, key: str, noun: str) -> Look:
    """A setting that names one record, or several, or is empty."""

    def named(config: Configuration) -> Named:
        value: str | Iterable[str] = getattr(config, setting)
        return [(setting, each) for each in ((value,) if isinstance(value, str) else sorted(value)) if each]

    def judge(config: Configuration, seen: Seen) -> Verdict:
        wrong = tuple(_absent(named(config), seen, object_name, key, noun))
        return Verdict(found=f"{title}: {_listed(named(config)) or 'none is set'}.", wrong=wrong)

    return Look(name=name, title=title, settings=(setting,), asks=lambda config: _of(object_name, key, named(config)), judge=judge)


LOOKS: Final = (
    Look(
        name="entity",
        title="Entity",
        settings=("entity",),
        asks=lambda config: _of("LOCATIONENTITY", "LOCATIONID", _named_entity(config)),
        judge=_entity,
    ),
    Look(
        name="definitions",
        title="Purchasing transaction definitions",
        settings=("definitions",),
        asks=lambda config: _of(DEFINITION, "DOCID", _named_definitions(config), *FIELDS[2:], SOURCES),
        judge=_definitions,
    ),
    Look(name="items", title="Items of cost types", settings=("items", "default_item"), asks=_asked_items, judge=_items),
    Look(
        name="unit",
        title="Unit of amounts",
        settings=("unit",),
        asks=lambda config: _of("ITEM", "ITEMID", _named_items(config), "BASEUOM"),
        judge=_unit,
    ),
    Look(
        name="terms",
        title="Payment terms",
        settings=("default_terms",),
        asks=lambda config: _of("APTERM", "NAME", _named_terms(config)),
        judge=_terms,
    ),
    Look(name="locations", title="Locations", settings=("location", "location_by_project"), asks=_asked_locations, judge=_locations),
    _plain("department", "Department", "department", "DEPARTMENT", "DEPARTMENTID", "department"),
    Look(
        name="project_category",
        title="Project category",
        settings=("project_category",),
        asks=lambda _config: {},
        judge=_category,
        objects=("PROJECT",),
    ),
    _plain("estimate_type", "Estimate type", "estimate_type", "PJESTIMATETYPE", "NAME", "project estimate type"),
    Look(
        name="change_request_status",
        title="Change request status",
        settings=("change_request_status",),
        asks=lambda config: _of("CHANGEREQUESTSTATUS", "NAME", [("", config.change_request_status)], "WFTYPE"),
        judge=_status,
    ),
    Look(
        name="contract_lines",
        title="Contract lines of change orders",
        settings=("contract_line_account", "contract_line_item"),
        asks=_asked_contract_lines,
        judge=_contract_lines,
    ),
    _plain("vendor_types", "Vendor types to import", "vendor_types", "VENDTYPE", "NAME", "vendor type"),
    Look(
        name="gl_account_fields",
        title="Custom fields of the GL account",
        settings=(),
        asks=lambda _config: {},
        judge=_gl_fields,
        objects=("GLACCOUNT",),
    ),
)
