"""Supporting documents: folders, files, names."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document
from tests.sandbox.intacct.gateway_client import Gateway


def _file(name: str = "scan", kind: str = "pdf", data: str = "aGVsbG8=") -> str:
    return (
        f"<attachment><attachmentname>{name}</attachmentname><attachmenttype>{kind}</attachmenttype>"
        f"<attachmentdata>{data}</attachmentdata></attachment>"
    )


def _create(*files: str, supdoc: str = "A1", name: str = "Contract", folder: str = "Job documents") -> str:
    return (
        f"<create_supdoc><supdocid>{supdoc}</supdocid><supdocname>{name}</supdocname>"
        f"<supdocfoldername>{folder}</supdocfoldername><supdocdescription>d</supdocdescription>"
        f"<attachments>{''.join(files or (_file(),))}</attachments></create_supdoc>"
    )


def _update(inside: str, supdoc: str = "A1") -> str:
    return f"<update_supdoc><supdocid>{supdoc}</supdocid>{inside}</update_supdoc>"


def _names(gateway: Gateway) -> list[str]:
    data = gateway.done('<get object="supdoc" key="A1"/>').data
    return [file.findtext("attachmentname", "") for file in data.iter("attachment")]


def test_a_supdoc_is_created_linked_and_read(gateway: Gateway) -> None:
    assert gateway.done(_create(_file(), _file("plan", "dwg"))).key == "A1"
    gateway.done(document(after="<supdocid>A1</supdocid>"))

    assert _names(gateway) == ["scan", "plan"]
    assert gateway.row("PODOCUMENT", "SUPDOCID", "DOCID", "Subcontract-SC-1") == {"SUPDOCID": "A1"}
    assert gateway.rows("ATTACHMENT", "ATTACHMENTNAME SIZE")[0] == {"ATTACHMENTNAME": "scan", "SIZE": "5"}
    assert "is in use" in gateway.refused('<delete_supdoc key="A1"/>').text


def test_what_create_returns_is_a_setting(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.supdoc_key = "recordno"

    assert gateway.done(_create()).key == "1"


def test_a_supdoc_may_be_numbered_by_the_system(gateway: Gateway, simulator: IntacctSimulator) -> None:
    assert gateway.refused(_create(supdoc="")).text == "Required field Attachment ID is missing"

    simulator.settings.attachment_sequence = True
    assert gateway.done(_create(supdoc="")).key == "A-00001"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_create(name=""), "Required field Attachment name is missing"),
        (_create(folder=""), "Required field Folder name is missing"),
        (_create(folder="Nowhere"), "Invalid Attachment folder 'Nowhere' specified."),
        (_create(supdoc="A" * 21), "The value of Attachment ID is too long."),
        (_create(_file("")), "Required field Attachment name is missing"),
        (_create(_file(kind="")), "Required field Attachment type is missing"),
        (_create(_file("scan.pdf")), "Illegal format for Attachment name scan.pdf."),
        (_create(_file(kind=".pdf")), "Illegal format for Attachment name .pdf."),
        (_create(_file(data="###")), "Illegal format for Attachment data ###."),
        (_create(_file(), _file()), "Another Attachment file with the given value(s) scan.pdf  already exists"),
        (_update("<supdocname>x</supdocname>", "A9"), "Invalid Attachment 'A9' specified."),
        ('<delete_supdoc key="A9"/>', "Invalid Attachment 'A9' specified."),
    ],
)
def test_refused_supdocs(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_an_update_adds_files_and_cannot_replace_one(gateway: Gateway) -> None:
    gateway.done(_create())
    gateway.done("<create_supdocfolder><supdocfoldername>Other</supdocfoldername></create_supdocfolder>")
    header = "<supdocname>New</supdocname><supdocfoldername>Other</supdocfoldername><supdocdescription>e</supdocdescription>"

    gateway.done(_update(f"{header}<attachments>{_file('second')}</attachments>"))

    assert _names(gateway) == ["scan", "second"]
    data = gateway.done('<get object="supdoc" key="A1"/>').rows[0]
    assert (data["supdocname"], data["folder"], data["description"]) == ("New", "Other", "e")
    gateway.done(_update("<supdocfoldername>Job documents</supdocfoldername>"))
    data = gateway.done('<get object="supdoc" key="A1"/>').rows[0]
    assert (data["supdocname"], data["folder"], data["description"]) == ("New", "Job documents", "e")
    assert "already exists" in gateway.refused(_update(f"<attachments>{_file()}</attachments>")).text
    assert "Another Attachment with the given value(s) A1" in gateway.refused(_create()).text
    gateway.done('<delete_supdoc key="A1"/>')
    assert gateway.rows("ATTACHMENT", "RECORDNO") == []


def test_folders(gateway: Gateway) -> None:
    create = (
        "<create_supdocfolder><supdocfoldername>{}</supdocfoldername><supdocfolderdescription/>"
        "<supdocparentfoldername>{}</supdocparentfoldername></create_supdocfolder>"
    )
    assert gateway.done(create.format("Sub", "Job documents")).key == "Sub"

    assert "Another Folder" in gateway.refused(create.format("Sub", "")).text
    assert "Invalid Attachment folder 'Nowhere'" in gateway.refused(create.format("New", "Nowhere")).text
    assert "Required field Folder name is missing" in gateway.refused(create.format("", "")).text
    described = "<supdocfolderdescription>x</supdocfolderdescription>"
    gateway.done(f"<update_supdocfolder><supdocfoldername>Sub</supdocfoldername>{described}</update_supdocfolder>")
    assert gateway.done('<get object="supdocfolder" key="Sub"/>').rows[0]["description"] == "x"
    gateway.done("<update_supdocfolder><supdocfoldername>Sub</supdocfoldername></update_supdocfolder>")
    assert gateway.done('<get object="supdocfolder" key="Sub"/>').rows[0]["description"] == "x"
    gateway.done(_create(folder="Sub"))
    assert "is not empty" in gateway.refused('<delete_supdocfolder key="Sub"/>').text
    gateway.done('<delete_supdoc key="A1"/>')
    assert gateway.done('<delete_supdocfolder key="Sub"/>').key == "Sub"


def test_the_elements_of_attachments_are_ordered(gateway: Gateway) -> None:
    swapped = _create().replace(
        "<supdocid>A1</supdocid><supdocname>Contract</supdocname>", "<supdocname>C</supdocname><supdocid>A1</supdocid>"
    )

    answer = gateway.post(gateway.envelope(swapped)).get_data(as_text=True)

    assert "Element &#039;supdocid&#039;: This element is not expected." in answer


def test_fields_leave_the_files_out(gateway: Gateway) -> None:
    gateway.done(_create())
    where = "<filter><expression><field>supdocid</field><operator>=</operator><value>A1</value></expression></filter>"
    listed = gateway.done(f'<get_list object="supdoc" maxitems="1">{where}<fields><field>supdocid</field></fields></get_list>')
    assert (listed.rows, [*listed.data.iter("attachment")]) == ([{"supdocid": "A1"}], [])
    assert gateway.done('<get object="supdoc" key="A1"><fields><field>supdocname</field></fields></get>').rows == [
        {"supdocname": "Contract"}
    ]


@pytest.mark.parametrize(
    ("denied", "body"),
    [
        ("SUPDOC", _create()),
        ("SUPDOC", _update("<supdocname>x</supdocname>")),
        ("SUPDOC", '<delete_supdoc key="A1"/>'),
        ("SUPDOCFOLDER", "<create_supdocfolder><supdocfoldername>Sub</supdocfoldername></create_supdocfolder>"),
        ("SUPDOCFOLDER", "<update_supdocfolder><supdocfoldername>Sub</supdocfoldername></update_supdocfolder>"),
        ("SUPDOCFOLDER", '<delete_supdocfolder key="Sub"/>'),
    ],
)
def test_who_may_not_is_refused(gateway: Gateway, simulator: IntacctSimulator, denied: str, body: str) -> None:
    simulator.settings.denied_objects = {denied}
    assert "You do not have permission for API operation" in gateway.refused(body).text
