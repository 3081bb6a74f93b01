"""Records of no real object, with every kind of row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from connector.core.codecs import ID, ISO_DATE, LEGACY_DATE, MONEY, PERCENT, choice_of, tagged
from connector.core.errors import Code
from connector.core.money import Money, Percent
from connector.core.record import IDENTITY, Choice, Record, Ref, intacct, limit, made_here, needed, procore, ref, rule, setting

CODE = ref("codes", missing=Code.COST_CODE_MISSING, label="code.name")
MAKER = ref("makers", missing=Code.VENDOR_NOT_LINKED, label="maker.name")
CREATED = intacct("created", LEGACY_DATE, read="WHENCREATED")
LIFE = choice_of("status", {"Live": "active", "Gone": "inactive"})


class Part(Record):
    amount: Annotated[Money, "Amount", procore("amount", MONEY), intacct("price", MONEY, read="TOTAL")]
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("MEMO", tagged("procore:")), IDENTITY]
    code: Annotated[Ref | None, "Code", procore("code.id", ID), intacct("TASKID"), CODE] = None
    share: Annotated[Percent | None, "Share", procore("share", PERCENT), intacct("SHARE", PERCENT)] = None
    intacct_key: Annotated[str | None, "Intacct line", intacct(None, read="RECORDNO"), made_here()] = None


class Widget(Record):
    number: Annotated[str, "Number", procore("number"), intacct("NUMBER", read="DOCNO"), limit(8), Choice("Document number")]
    maker: Annotated[Ref | None, "Maker", procore("maker.id", ID), intacct("MAKERID"), MAKER] = None
    day: Annotated[date | None, "Day", procore("day", ISO_DATE), CREATED, needed(Code.DATE_MISSING)] = None
    status: Annotated[str, "Status", procore("status", LIFE), intacct("STATUS")] = "active"
    print_as: Annotated[str | None, "Print as", procore("print_as"), intacct("CONTACT.PRINTAS")] = None
    city: Annotated[str | None, "City", procore("address.city"), intacct("CONTACT.MAIL.CITY")] = None
    zip_code: Annotated[str | None, "Zip", procore("address.zip"), intacct("CONTACT.MAIL.ZIP")] = None
    term: Annotated[str | None, "Term", setting("default terms"), intacct("TERM", read=None)] = None
    note: Annotated[str | None, "Note", rule("none where there is nothing to note"), intacct("NOTE", read=None)] = None
    parts: Annotated[tuple[Part, ...], "Part", procore("line_items"), intacct("items.item", read="PARTS")] = ()
    key: Annotated[str | None, "Key", intacct(None, read="RECORDNO"), made_here()] = None


def widget(**changes: object) -> Widget:
    whole = Widget(
        number="W-1",
        maker=Ref(procore="8821", intacct="V-1", label="Acme"),
        day=date(2026, 6, 1),
        print_as="Acme",
        city="Marlow",
        zip_code="83899",
        term="Net 30",
        note="",
        parts=(part(1), part(2)),
        key="41",
    )
    return whole.model_copy(update=changes)


def part(number: int, **changes: object) -> Part:
    whole = Part(procore_id=str(7000 + number), amount=Decimal(f"{number}00.10"), code=Ref(procore=str(number), intacct=f"0{number}-100"))
    return whole.model_copy(update=changes)
