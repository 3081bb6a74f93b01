"""Objects of no real product: widgets go to Intacct with their lines, their makers go first, before these their guilds; codes come from
there. A guild may have a maker for its warden, so that a circle can be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import ID, MONEY
from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Where
from connector.core.money import Money
from connector.core.record import Choice, Record, Ref, intacct, limit, needed, procore, ref
from connector.core.spec import Ask, Effect, Export, Facts, IntacctHeld, IntacctWrite, ProcoreKind, Summary, SyncObject
from connector.engine.world import Room
from tests.unit.core.shapes import Part, Widget


class Maker(Record):
    maker_id: Annotated[str, "Maker id", procore("code"), intacct("MAKERID"), limit(12), Choice("Maker id")]
    name: Annotated[str | None, "Name", procore("name"), intacct("NAME"), needed()] = None
    guild: Annotated[Ref | None, "Guild", procore("guild.id", ID), intacct("GUILDID"), ref("guilds", missing=Code.PARENT_NOT_SYNCED)] = None
    origin: Annotated[str | None, "Origin id", procore("origin_id")] = None


class Guild(Record):
    guild_id: Annotated[str, "Guild id", procore("code"), intacct("GUILDID")]
    name: Annotated[str | None, "Name", procore("name"), intacct("NAME"), needed()] = None
    dues: Annotated[Money | None, "Dues", procore("dues", MONEY), intacct("DUES", MONEY)] = None
    warden: Annotated[Ref | None, "Warden", procore("warden.id", ID), ref("makers", missing=Code.VENDOR_NOT_LINKED)] = None


def live(widget: Widget, _facts: Facts) -> Iterator[Violation]:
    if widget.status != "active":
        yield Violation(code=Code.NOT_APPROVED_IN_PROCORE, field="status", message=f"{widget.number} is gone.")


def free(widget: Widget, facts: Facts) -> Iterator[Violation]:
    if widget.number in facts.known["taken"]:
        yield Violation(code=Code.DUPLICATE_NUMBER, field="number", message=f"Intacct has {widget.number} already.")


def complete(widget: Widget, facts: Facts) -> Widget:
    return widget.model_copy(update={"term": facts.config.default_terms or None, "note": ""})


def _amount(widget: Widget) -> Decimal:
    return sum((part.amount for part in widget.parts), Decimal("0.00"))


def _kind(name: str, collection: str) -> ProcoreKind:
    path = f"/rest/v1.0/{collection}"
    return ProcoreKind(
        name=name, show=f"{path}/{{id}}", params={"project_id": "{project}"}, body="widget", lines_sync=f"{path}/{{id}}/lines/sync"
    )


MAKERS: Final = SyncObject(
    name="makers",
    title="Maker",
    record=Maker,
    summary="Who makes widgets.",
    needs=("guilds",),
    export=Export(
        kinds=(ProcoreKind(name="Maker", show="/rest/v1.0/makers/{id}", body="maker"),),
        write=IntacctWrite(function="create", object="MAKER"),
        held=IntacctHeld(
            object="MAKER",
            id_field="MAKERID",
            by_key="RECORDNO",
            find=lambda maker, _facts: (Where("MAKERID", "equalto", (maker.maker_id,)),),
        ),
        summary=lambda maker: Summary(number=maker.maker_id, title=maker.name or ""),
    ),
)
GUILDS: Final = SyncObject(
    name="guilds",
    title="Guild",
    record=Guild,
    summary="What makers belong to.",
    export=Export(
        kinds=(ProcoreKind(name="Guild", show="/rest/v1.0/guilds/{id}"),),
        write=IntacctWrite(function="create", object="GUILD"),
        held=IntacctHeld(
            object="GUILD",
            id_field="GUILDID",
            by_key="RECORDNO",
            find=lambda guild, _facts: (Where("GUILDID", "equalto", (guild.guild_id,)),),
        ),
        summary=lambda guild: Summary(number=guild.guild_id, title=guild.name or "", amount=guild.dues or Decimal(0)),
    ),
)
WIDGETS: Final = SyncObject(
    name="widgets",
    title="Widget",
    record=Widget,
    summary="Widgets.",
    needs=("makers", "codes"),
    export=Export(
        kinds=(_kind("Big", "big_widgets"), _kind("Small", "small_widgets")),
        kind_of="/rest/v1.0/widgets/{id}",
        write=IntacctWrite(function="create_widget", object="WIDGET"),
        held=IntacctHeld(
            object="WIDGET",
            id_field="DOCNO",
            by_key="DOCNO",
            lines_object="PARTS",
            lines_by="WIDGETNO",
            find=lambda widget, _facts: (Where("DOCNO", "equalto", (widget.number,)),),
        ),
        summary=lambda widget: Summary(
            number=widget.number, title="A widget", party=widget.maker.label if widget.maker else "", amount=_amount(widget)
        ),
        asks=(
            Ask(
                name="taken",
                field="DOCNO",
                query=lambda widget, _facts: Query(
                    object="WIDGET", fields=("DOCNO",), where=(Where("DOCNO", "equalto", (widget.number,)),)
                ),
            ),
        ),
        rules=(live, free),
        complete=complete,
        effects=(
            Effect(
                label=lambda _widget: "Made so far",
                field="TOTAL",
                query=lambda _widget, _facts: Query(object="PARTS", fields=("TOTAL",)),
            ),
        ),
    ),
)
CODES: Final = SyncObject(name="codes", title="Code", record=Part, summary="Codes come from Intacct.")
ROOMS: Final[Mapping[str, Room]] = {"widgets": WIDGETS, "makers": MAKERS, "guilds": GUILDS, "codes": CODES}
