"""The other ways to read: readByQuery, readMore, read, readByName, lookup, inspect, get_list, get."""

from __future__ import annotations

import json

import pytest

from sandbox.intacct.objects import object_types
from sandbox.intacct.settings import Settings
from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document, line, vendor
from tests.sandbox.intacct.gateway_client import Gateway, parsed


def _by_query(where: str = "", fields: str = "VENDORID", size: str = "<pagesize>1000</pagesize>", name: str = "VENDOR") -> str:
    escaped = where.replace("&", "&amp;").replace("<", "&lt;")
    return f"<readByQuery><object>{name}</object><fields>{fields}</fields><query>{escaped}</query>{size}</readByQuery>"


def _ids(gateway: Gateway, where: str) -> list[str]:
    return sorted(row["VENDORID"] for row in gateway.done(_by_query(where)).rows)


def test_readbyquery_answers_in_lower_case_with_a_cursor(gateway: Gateway) -> None:
    data = gateway.done(_by_query(fields="RECORDNO,VENDORID", size="<pagesize>2</pagesize>")).data

    assert {**data.attrib, "resultId": "?"} == {
        "listtype": "vendor",
        "count": "2",
        "totalcount": "3",
        "numremaining": "1",
        "resultId": "?",
    }
    assert data.attrib["resultId"]
    assert [child.tag for child in data] == ["vendor", "vendor"]
    assert [child.tag for child in data[0]] == ["RECORDNO", "VENDORID"]


def test_readbyquery_of_all_fields_leaves_none_out_but_the_forbidden(gateway: Gateway) -> None:
    row = gateway.done(_by_query(fields="*", name="PROJECT")).rows[0]

    assert {"PROJECTID", "CONTACTINFO.CONTACTNAME", "WHENMODIFIED"} <= set(row)
    assert "CFDA" not in row


@pytest.mark.parametrize(
    ("where", "vendors"),
    [
        ("", "V-1 V-2 V-3"),
        ("VENDORID = 'V-2'", "V-2"),
        ("VENDORID != 'V-2'", "V-1 V-3"),
        ("VENDORID <> 'V-2'", "V-1 V-3"),
        ("VENDORID < 'V-2'", "V-1"),
        ("VENDORID <= 'V-2'", "V-1 V-2"),
        ("VENDORID>='V-2'", "V-2 V-3"),
        ("RECORDNO > 41", "V-2 V-3"),
        ("NAME like '%Steel'", "V-2"),
        ("NAME NOT LIKE '%Steel'", "V-1 V-3"),
        ("VENDORID IN ('V-1','V-3')", "V-1 V-3"),
        ("VENDORID not in ('V-1', 'V-3')", "V-2"),
        ("VENDTYPE IS NULL", "V-2 V-3"),
        ("VENDTYPE is not null", "V-1"),
        ("NOT VENDORID = 'V-2'", "V-1 V-3"),
        ("STATUS = 'F'", "V-3"),
        ("STATUS = 'T' AND ONHOLD = 'F'", "V-1 V-2"),
        ("VENDORID = 'V-1' OR VENDORID = 'V-2' AND STATUS = 'F'", "V-1"),
        ("(VENDORID = 'V-1' OR VENDORID = 'V-2') AND STATUS = 'T'", "V-1 V-2"),
        ("WHENMODIFIED > '01/01/2000 00:00:00' OR WHENMODIFIED IS NULL", "V-1 V-2 V-3"),
    ],
)
def test_the_query_text(gateway: Gateway, where: str, vendors: str) -> None:
    assert _ids(gateway, where) == vendors.split()


def test_an_apostrophe_is_escaped_with_a_backslash(gateway: Gateway) -> None:
    gateway.done(vendor("N-1", "Erin&#039;s Software"))

    assert _ids(gateway, "NAME = 'Erin\\'s Software'") == ["N-1"]


@pytest.mark.parametrize(
    "where",
    [
        "VENDORID = 'V-1' ORDER BY VENDORID",
        "VENDORID =",
        "VENDORID",
        "= 'V-1'",
        "'V-1' = VENDORID",
        "VENDORID = = 'V-1'",
        "VENDORID = 'V-1",
        "VENDORID NOT 'V-1'",
        "VENDORID NOT = 'V-1'",
        "VENDORID is 'V-1'",
        "VENDORID in 'V-1'",
        "VENDORID in ('V-1'",
        "VENDORID in ()",
        "(VENDORID = 'V-1'",
        "VENDORID = 'V-1')",
        "VENDORID = 'V-1' and",
        "NOSUCH = 'x'",
        "WHENMODIFIED > '2026-01-01'",
        "VENDORID = (",
        f"VENDORID in ({','.join(['1'] * 1001)})",
    ],
)
def test_a_query_text_with_a_mistake_is_refused(gateway: Gateway, where: str) -> None:
    assert gateway.refused(_by_query(where)).errorno == "DL02000001"


@pytest.mark.parametrize("size", ["0", "1001", "x", "-1"])
def test_readbyquery_has_pages_of_at_most_a_thousand(gateway: Gateway, size: str) -> None:
    assert gateway.refused(_by_query(size=f"<pagesize>{size}</pagesize>")).errorno == "DL02000001"


def test_a_page_has_a_hundred_rows_when_nothing_is_said(gateway: Gateway, simulator: IntacctSimulator) -> None:
    for number in range(120):
        simulator.store.load("VENDTYPE", {"NAME": f"t{number}"})

    assert gateway.done(_by_query(fields="NAME", size="", name="VENDTYPE")).data.attrib["count"] == "100"
    query = "<query><object>VENDTYPE</object><select><field>NAME</field></select></query>"
    assert gateway.done(query).data.attrib["count"] == "100"


def _read_all(gateway: Gateway, first: str, more: str = "<resultId>{}</resultId>") -> list[str]:
    auth = f"<sessionid>{gateway.done('<getAPISession/>').data.findtext('api/sessionid')}</sessionid>"
    answer = gateway.ask(first, auth=auth)
    read = [row["VENDORID"] for row in answer.rows]
    while answer.data.attrib["numremaining"] != "0":
        cursor = more.format(answer.data.attrib["resultId"])
        answer = gateway.ask(f"<readMore>{cursor}</readMore>", auth=auth)
        read += [row["VENDORID"] for row in answer.rows]
    assert answer.data.attrib["resultId"] == ""
    return read


@pytest.mark.parametrize("more", ["<resultId>{}</resultId>", "<object>VENDOR</object>"])
def test_readmore_goes_on_to_the_end_without_order_gaps_or_repetition(gateway: Gateway, more: str) -> None:
    for number in range(25):
        gateway.done(vendor(f"N-{number:02}"))

    read = _read_all(gateway, _by_query(size="<pagesize>10</pagesize>"), more)

    assert len(read) == len(set(read)) == 28
    assert read != sorted(read)


def test_a_cursor_shows_the_rows_as_they_were_chosen(gateway: Gateway) -> None:
    auth = f"<sessionid>{gateway.done('<getAPISession/>').data.findtext('api/sessionid')}</sessionid>"
    answer = gateway.ask(_by_query("STATUS = 'T'", size="<pagesize>1</pagesize>"), auth=auth)
    first = answer.rows[0]["VENDORID"]
    other = "V-2" if first == "V-1" else "V-1"
    gateway.done(f"<update><VENDOR><VENDORID>{other}</VENDORID><STATUS>inactive</STATUS></VENDOR></update>")
    cursor = answer.data.attrib["resultId"]

    answer = gateway.ask(f"<readMore><resultId>{cursor}</resultId></readMore>", auth=auth)

    assert [row["VENDORID"] for row in answer.rows] == [other]
    gone = gateway.ask(f"<readMore><resultId>{cursor}</resultId></readMore>", auth=auth)
    assert "does not exist or has expired" in gone.first.text


def test_a_cursor_belongs_to_its_session(gateway: Gateway, simulator: IntacctSimulator) -> None:
    cursor = gateway.done(_by_query(size="<pagesize>1</pagesize>")).data.attrib["resultId"]
    more = f"<readMore><resultId>{cursor}</resultId></readMore>"

    assert "does not exist or has expired" in gateway.refused(more).text
    simulator.settings.cursor_tied_to_session = False
    assert len(gateway.done(more).rows) == 1


@pytest.mark.parametrize(("form", "says"), [("json", '[{"VENDORID": "V-1"}]'), ("csv", "VENDORID\nV-1\n")])
@pytest.mark.parametrize("function", ["readByQuery", "read", "readByName"])
def test_reads_come_as_json_and_csv_too(gateway: Gateway, function: str, form: str, says: str) -> None:
    keys = {"read": "41", "readByName": "V-1"}
    body = _read("VENDOR", keys[function], "VENDORID", function) if function in keys else _by_query("VENDORID = 'V-1'")

    response = gateway.post(gateway.envelope(body.replace(f"</{function}>", f"<returnFormat>{form}</returnFormat></{function}>")))

    assert (response.content_type, response.get_data(as_text=True)) == (f"{'application' if form == 'json' else 'text'}/{form}", says)


def _read(name: str, keys: str, fields: str = "*", tag: str = "read") -> str:
    return f"<{tag}><object>{name}</object><keys>{keys}</keys><fields>{fields}</fields></{tag}>"


def test_read_nests_what_belongs_together(gateway: Gateway) -> None:
    data = gateway.done(_read("VENDOR", "41")).data

    assert data.attrib == {"listtype": "VENDOR", "count": "1"}
    assert data.findtext("VENDOR/DISPLAYCONTACT/MAILADDRESS/CITY") == "Reno"
    assert data.findtext("VENDOR/VENDORID") == "V-1"


def test_read_brings_the_lines_of_a_document_numbered_from_nought(gateway: Gateway) -> None:
    gateway.done(document(line("100"), line("200")))
    record = gateway.row("PODOCUMENT", "RECORDNO", "DOCID", "Subcontract-SC-1")["RECORDNO"]

    data = gateway.done(_read("PODOCUMENT", record)).data

    lines = data.findall("PODOCUMENT/ENTRIES/podocumententry")
    assert [(one.findtext("LINE_NO"), one.findtext("TOTAL")) for one in lines] == [("0", "100"), ("1", "200")]


def test_read_of_chosen_fields_and_of_what_is_not_there(gateway: Gateway) -> None:
    assert gateway.done(_read("VENDOR", "41,999,43", "VENDORID,NAME")).rows == [
        {"VENDORID": "V-1", "NAME": "Alpha Concrete"},
        {"VENDORID": "V-3", "NAME": "Gone Roofing"},
    ]
    assert gateway.refused(_read("VENDOR", "41", "NOSUCH")).errorno == "DL02000001"
    assert gateway.done(_read("VENDOR", "", "VENDORID")).data.attrib["count"] == "3"


def test_read_of_all_fields_has_those_that_cannot_be_queried_too(gateway: Gateway) -> None:
    body = _read("PROJECT", "101").replace("</read>", "<returnFormat>json</returnFormat></read>")

    row = json.loads(gateway.post(gateway.envelope(body)).get_data())[0]

    assert (row["PROJECTID"], row["CFDA"], row["DEPARTMENTNAME"]) == ("J1", "", "")
    assert gateway.done(_read("PROJECT", "101")).rows[0].keys() >= {"CFDA", "DEPARTMENTNAME"}


def test_a_field_and_one_behind_it_do_not_fit_into_one_element(gateway: Gateway) -> None:
    gateway.done(document(after="<projectid>J1</projectid>"))

    assert gateway.done(_read("PODOCUMENT", "", "PROJECT,PROJECT.NAME")).rows == [{"PROJECT": "J1"}]
    (shown,) = gateway.done(_read("PODOCUMENT", "", "PROJECT.NAME")).data
    assert shown.findtext("PROJECT/NAME") == "River School"


def test_documents_are_read_of_one_definition(gateway: Gateway) -> None:
    gateway.done(document())
    gateway.done(document(kind="Purchase Order"))
    only = "</keys><docparid>Purchase Order</docparid>"

    assert [row["DOCID"] for row in gateway.done(_read("PODOCUMENT", "").replace("</keys>", only)).rows] == ["Purchase Order-SC-1"]


def test_at_most_a_hundred_keys(gateway: Gateway) -> None:
    keys = ",".join(str(number) for number in range(101))

    assert gateway.refused(_read("VENDOR", keys)).errorno == "DL02000001"
    assert gateway.refused(_read("VENDOR", keys, tag="readByName")).errorno == "DL02000001"


def test_readbyname_takes_the_natural_id(gateway: Gateway) -> None:
    answer = gateway.done(_read("STANDARDTASK", "03-300,nosuch", "STANDARDTASKID,PARENTID", "readByName"))

    assert answer.rows == [{"STANDARDTASKID": "03-300", "PARENTID": "03-000"}]
    assert "cannot be read by name" in gateway.refused(_read("TASK", "03-300", tag="readByName")).text
    assert "keys is missing" in gateway.refused(_read("VENDOR", "", tag="readByName")).text


def test_the_case_of_row_tags_of_read_is_a_setting(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.read_tags = "lower"

    data = gateway.done(_read("VENDOR", "41")).data

    assert (data.attrib["listtype"], data[0].tag) == ("vendor", "vendor")


def test_lookup_describes_fields_and_relations(gateway: Gateway) -> None:
    found = gateway.done("<lookup><object>GLACCOUNT</object></lookup>").data.find("Type")
    assert found is not None
    fields = {field.findtext("ID"): field for field in found.iter("Field")}

    assert found.attrib == {"Name": "GLACCOUNT", "DocumentType": ""}
    assert [child.tag for child in fields["STATUS"]] == [
        *("ID", "LABEL", "DESCRIPTION", "REQUIRED", "READONLY", "DATATYPE", "VALIDVALUES", "ISCUSTOM"),
    ]
    custom = fields["PC_ACCOUNT_TYPE"]
    assert (custom.findtext("LABEL"), custom.findtext("ISCUSTOM")) == ("PC Account Type", "true")
    assert [value.text for value in custom.iter("VALIDVALUE")] == ["Payroll", "Expense", "Cash"]
    assert {field.findtext("DATATYPE") for field in fields.values()} <= {"TEXT", "INTEGER", "ENUM", "BOOLEAN", "TIMESTAMP"}
    task = gateway.done("<lookup><object>TASK</object></lookup>").data
    relation = task.find("Type/Relationships/Relationship")
    assert relation is not None
    assert [(child.tag, child.text) for child in relation] == [
        ("OBJECTPATH", "PROJECT"),
        ("OBJECTNAME", "PROJECT"),
        ("LABEL", None),
        ("RELATIONSHIPTYPE", "MANY2ONE"),
        ("RELATEDBY", "PROJECTID"),
    ]
    assert gateway.refused("<lookup><object>NOSUCH</object></lookup>").errorno == "Query Failed"


def test_everything_that_lookup_lists_can_be_queried_but_the_forbidden(gateway: Gateway, simulator: IntacctSimulator) -> None:
    for name, table in simulator.store.tables.items():
        listed = gateway.done(f"<lookup><object>{name}</object></lookup>").data.iter("ID")
        fields = " ".join(one.text or "" for one in listed if one.text not in table.kind.unqueryable)
        gateway.rows(name, fields, order="")


def test_inspect_lists_objects_and_fields(gateway: Gateway) -> None:
    everything = gateway.done("<inspect><object>*</object></inspect>").data
    assert "VENDOR" in [one.attrib["typename"] for one in everything]

    names = gateway.done('<inspect detail="0"><object>VENDOR</object></inspect>').data.iter("Field")
    assert "VENDORID" in [one.text for one in names]
    detailed = gateway.done('<inspect detail="1"><object>VENDOR</object></inspect>').data
    assert ("VENDORID", "20") in [(one.findtext("Name"), one.findtext("maxLength")) for one in detailed.iter("Field")]


def test_a_tenant_may_lack_job_cost_dimensions_on_its_ledger() -> None:
    with_them = object_types(Settings())
    without = object_types(Settings(gl_job_cost_dimensions=False))

    for name in ("GLENTRY", "GLDETAIL", "APBILLITEM"):
        assert "TASKID" in with_them[name].by_name
        assert "TASKID" not in without[name].by_name
        assert "PROJECTID" in without[name].by_name


def _supdoc(gateway: Gateway) -> None:
    gateway.done(
        "<create_supdoc><supdocid>A1</supdocid><supdocname>Contract</supdocname>"
        "<supdocfoldername>Job documents</supdocfoldername><attachments><attachment><attachmentname>scan</attachmentname>"
        "<attachmenttype>txt</attachmenttype><attachmentdata>aGVsbG8=</attachmentdata></attachment></attachments>"
        "</create_supdoc>"
    )


def test_get_list_pages_and_filters_in_lower_case(gateway: Gateway) -> None:
    answer = gateway.done('<get_list object="vendor" start="1" maxitems="1"></get_list>')
    listing = answer.node.find("listtype")
    assert listing is not None
    assert (listing.text, listing.attrib) == ("vendor", {"start": "1", "end": "1", "total": "3"})
    assert [row["vendorid"] for row in answer.rows] == ["V-2"]
    assert answer.data[0].tag == "vendor"

    expression = "<expression><field>{}</field><operator>{}</operator><value>{}</value></expression>"
    one = expression.format("vendorid", "=", "V-3")
    two = expression.format("name", "like", "Alpha%")
    listed = gateway.done(f'<get_list object="vendor"><filter>{one}</filter></get_list>').rows
    assert [row["vendorid"] for row in listed] == ["V-3"]
    none = f'<filter><logical logical_operator="and">{one}{two}</logical></filter>'
    assert gateway.done(f'<get_list object="vendor">{none}</get_list>').rows == []
    empty = expression.format("vendtype", "is null", "")
    listed = gateway.done(f'<get_list object="vendor"><filter>{empty}</filter></get_list>').rows
    assert [row["vendorid"] for row in listed] == ["V-2", "V-3"]
    both = f'<filter><logical logical_operator="or">{one}{two}</logical></filter>'
    listed = gateway.done(f'<get_list object="vendor">{both}</get_list>').rows
    assert [row["vendorid"] for row in listed] == ["V-1", "V-3"]


def test_get_list_writes_stamps_as_the_user_does(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done("<update><VENDOR><VENDORID>V-1</VENDORID><NAME>Alpha</NAME></VENDOR></update>")
    simulator.settings.gmt_offset_minutes = 60

    assert gateway.done('<get object="vendor" key="V-1"/>').rows[0]["whenmodified"] == "11/23/2026 19:00:00"


def test_get_list_of_attachments_brings_the_files(gateway: Gateway) -> None:
    _supdoc(gateway)

    for body in (
        (
            '<get_list object="supdoc"><filter><expression><field>supdocid</field><operator>=</operator><value>A1</value>'
            "</expression></filter></get_list>"
        ),
        '<get object="supdoc" key="A1"/>',
    ):
        data = gateway.done(body).data
        assert data.findtext("supdoc/supdocname") == "Contract"
        assert data.findtext("supdoc/attachments/attachment/attachmentdata") == "aGVsbG8="
    folders = gateway.done('<get_list object="supdocfolder"/>').rows
    assert [row["name"] for row in folders] == ["Job documents"]


@pytest.mark.parametrize(
    "body",
    [
        '<get_list object="nosuch"/>',
        '<get_list object="vendor" start="x"/>',
        (
            '<get_list object="vendor"><filter><expression><field>nosuch</field><operator>=</operator><value>1</value>'
            "</expression></filter></get_list>"
        ),
        (
            '<get_list object="vendor"><filter><expression><field>name</field><operator>near</operator><value>1</value>'
            "</expression></filter></get_list>"
        ),
        '<get object="nosuch" key="1"/>',
        '<get object="supdoc" key="nosuch"/>',
    ],
)
def test_an_old_read_with_a_mistake_is_refused(gateway: Gateway, body: str) -> None:
    assert gateway.refused(body).errorno in {"DL02000001", "BL01001973"}


def test_old_reads_have_a_form(gateway: Gateway) -> None:
    response = gateway.post(gateway.envelope("<get_list/>"))

    root = parsed(response.get_data())
    assert "attribute 'object' is required" in root.findtext(".//description2", "")


def test_the_audit_trail_tells_of_changes_and_deletions(gateway: Gateway) -> None:
    gateway.done("<create><VENDTYPE><NAME>New type</NAME></VENDTYPE></create>")
    record = gateway.row("VENDTYPE", "RECORDNO", "NAME", "New type")["RECORDNO"]
    gateway.done(f"<update><VENDTYPE><RECORDNO>{record}</RECORDNO><STATUS>inactive</STATUS></VENDTYPE></update>")
    gateway.done(f"<delete><object>VENDTYPE</object><keys>{record}</keys></delete>")
    gateway.done(document())

    trail = gateway.rows("AUDITHISTORY", "OBJECTTYPE OBJECTKEY ACCESSMODE ACCESSTIME USERID SOURCE", order="ID")
    entries = [(row["OBJECTTYPE"], row["OBJECTKEY"], row["ACCESSMODE"]) for row in trail]

    stamp = {"ACCESSTIME": "11/23/2026 18:00:00", "USERID": "connector", "SOURCE": "api"}
    assert entries[:3] == [("vendtype", "New type", mode) for mode in "CMD"]
    assert entries[3:] == [("podocument", "5101", "C"), ("podocumententry", "9001--REC", "C")]
    assert trail[0] == {**trail[0], **stamp}


def test_the_audit_trail_is_filtered_by_letters_here_and_words_there(gateway: Gateway) -> None:
    gateway.done("<create><VENDTYPE><NAME>New type</NAME></VENDTYPE></create>")
    letters = "<equalto><field>ACCESSMODE</field><value>C</value></equalto>"

    assert len(gateway.rows("AUDITHISTORY", "ID", letters, "ID")) == 1
    assert len(gateway.done(_by_query("ACCESSMODE = 'Create'", "ID", name="AUDITHISTORY")).rows) == 1
