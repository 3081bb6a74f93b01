"""The company behind the pages: the real engine over both simulators, doubles for our own state."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from connector.core.item import Item
from connector.core.people import Person
from connector.engine.decide import Decision, decide
from connector.engine.submit import item_id, send
from connector.engine.world import Source
from connector.presentation.letters import MailLetters
from sandbox.companies import builder
from sandbox.companies.jobs import TERMINAL
from sandbox.companies.model import Company
from tests.doubles import MemoryUsage
from tests.integration.rooms.company import terminal
from tests.integration.rooms.contracts import open_office
from tests.integration.rooms.office import Office
from tests.proof.stage import COMPANY, Addresses

DANA, PRIYA = "dana.ortiz@tarrowby.example", "priya.shah@tarrowby.example"
_DANA = Person(id="2", login=DANA, name="Dana Ortiz", company=COMPANY)
MARCO = Person(id="1", login="marco.reyes@tarrowby.example", name="Marco Reyes", company=COMPANY)
STEEL = "SC-24-107-002"
FIRST_OF_ITS_COMPANY = "SC-24-107-900"
"""Its company is not in Intacct yet."""
MANY = 50


@cache
def busy_terminal() -> Company:
    """The terminal with a morning's work: fifty small subcontracts beside its own commitments, and a company that Procore does not know."""
    whole = terminal()
    small = next(each for each in whole.commitments if each.number == STEEL)
    more = (
        replace(small, number=f"SC-24-107-1{number:02}", lines=small.lines[:1], change_orders=(), invoices=())
        for number in range(1, MANY + 1)
    )
    unknown = next(vendor for vendor in builder().vendors if not vendor.in_procore)
    new = next(vendor for vendor in builder().vendors if not vendor.in_intacct)
    first = replace(small, number=FIRST_OF_ITS_COMPANY, vendor=new.key, lines=small.lines[:1], change_orders=(), invoices=())
    return replace(whole, commitments=(*whole.commitments, *more, first), vendors=(*whole.vendors, unknown, new))


class PagesOffice(Office):
    def __init__(self, addresses: Addresses, app: str) -> None:
        super().__init__(addresses, busy_terminal())
        self.app, self.host, self.usage = app, addresses.procore.url, MemoryUsage()
        self.world = replace(self.world, app_url=app, procore_web=self.host, letters=MailLetters(app, settings=self.world.config))
        open_office(self)
        self.configure(approvers=[{"login": DANA}, {"login": PRIYA}])

    def sent(self, *numbers: str) -> list[Item]:
        """Marco has sent these commitments, a minute apart."""
        return [self._sent(number) for number in numbers]

    def many(self) -> list[Item]:
        return self.sent(*(f"SC-24-107-1{number:02}" for number in range(1, MANY + 1)))

    def _sent(self, number: str) -> Item:
        self.clock.move(60)
        done = send(self.world, MARCO, "commitments", Source(procore_id=self.commitment(number), project_id=self.project(TERMINAL)), {})
        assert done.item is not None, [violation.message for violation in done.violations]
        return done.item

    def synced(self, *numbers: str) -> list[Item]:
        """Dana has approved these commitments, and they are in Intacct."""
        items = self.sent(*numbers)
        decisions = [Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint) for item in items]
        assert [result.violation for result in decide(self.world, _DANA, decisions, via="app")] == [None] * len(items)
        self.machine.play()
        return [self.item(item.id) for item in items]

    def commitment(self, number: str) -> str:
        return self.id("purchase_order_contracts" if number.startswith("PO") else "work_order_contracts", number=number)

    def of(self, number: str) -> Item:
        return self.item(item_id("commitments", self.commitment(number)))
