from tests.integration.rooms.office import Office
from sandbox.companies.jobs import TERMINAL
def test_try(office: Office) -> None:
    office.bring_first()
    project = office.project(TERMINAL)
    sc = office.id("work_order_contracts", number="SC-24-107-001")
    co = office.id("change_orders", contract_id=int(sc), number="001")
    print(office.prepare("commitment_change_orders", co, project).needs)
    item = office.export("commitment_change_orders", co, project)
    print(item)
    print(office.item("commitments:"+sc))
    print(office.held("PODOCUMENT", ("DOCID","TOTAL","STATE","REVISEDTOTAL","CHANGELOGNUMBER")))
    for r in office.held("PODOCUMENTENTRY", ("DOCHDRID","TOTAL","REVISEDVALUE","RELATEDDOCLINEKEY","MEMO","RETAINAGEPERCENTAGE","PROJECTID","TASKID")): print(r)
    print(office.references.by_procore("commitment_change_orders",[co]))
