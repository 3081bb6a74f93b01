"""Scaffolds a room: ``make new-object NAME=change_events`` writes its file, its function, its sample event and its case folder, and
prints the template stanza to paste. The contract suite is red until the room says what it moves."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

ROOM = '''"""{title}: what moves, which way, and what is refused.

Moves: ...
Procore: ... Intacct: ...
Refused: ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from connector.core.codecs import ID
from connector.core.errors import Code, Violation
from connector.core.exchange import Where
from connector.core.record import Record, intacct, limit, needed, procore
from connector.core.spec import Export, Facts, IntacctHeld, IntacctWrite, ProcoreKind, Summary, SyncObject


# fmt: off
class {record}(Record):
    number: Annotated[str | None, "Number", procore("number"), intacct("RECORDID"), limit(20), needed()] = None
    name: Annotated[str, "Name", procore("name"), intacct("NAME"), limit(100)] = ""
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
# fmt: on


def has_a_name(record: {record}, _facts: Facts) -> Iterator[Violation]:
    if not record.name:
        yield Violation(code=Code.VALUE_MISSING, field="name", message="There is no name.")


SYNC: Final = SyncObject(
    name="{name}",
    title="{title}",
    record={record},
    summary="Say in one sentence what becomes of what.",
    export=Export(
        kinds=(ProcoreKind(name="{record}", show="/rest/v1.0/{name}/{{id}}", params={{"project_id": "{{project}}"}}, body="{name}"),),
        write=IntacctWrite(function="create", object="OBJECT"),
        held=IntacctHeld(
            object="OBJECT", id_field="RECORDID", by_key="RECORDNO",
            find=lambda record, _facts: (Where("RECORDID", "equalto", (record.number or "",)),),
        ),
        summary=lambda record: Summary(number=record.number or "", title=record.name),
        rules=(has_a_name,),
    ),
    sources=("the vendor's page",),
)
'''

FUNCTION = '''"""Moves {words}. Which, and how, is declared in ``connector/objects/{name}.py``."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("{name}")
'''

EVENT = '{{"do": "export", "run": "export-0123456789abcdef01234567", "item": "{name}:562949953500001"}}\n'

REFUSED = """[
  {"rule": "has_a_name", "change": {"name": ""}, "code": "VALUE_MISSING", "field": "name"}
]
"""

STANZA = """
Paste into template.yaml, under "objects":

  {resource}Function:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub ${{AWS::StackName}}-{name}
      CodeUri: functions/{name}
      Timeout: 300
      MemorySize: 1024
      Policies:
        [!Ref ReadAndWriteState, !Ref ReadAndWritePairs, !Ref ReadAndWritePayloads, !Ref TalkToProcore, !Ref TalkToIntacct, !Ref SendMail]

give ExportRun `- LambdaInvokePolicy: {{ FunctionName: !Ref {resource}Function }}`, and under "logs":

  {resource}Logs:
    Type: AWS::Logs::LogGroup
    Properties: {{ LogGroupName: !Sub "/aws/lambda/${{{resource}Function}}", RetentionInDays: !Ref LogRetentionDays }}

Then: declare the rows, put a case into tests/golden/{name}/ (export-<case>.json and .xml, refused.json), run `make docs test`.
"""


def scaffold(name: str, root: Path = ROOT) -> list[Path]:
    """The files written. Raises ValueError for a name that is none, or that is taken."""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*s", name):
        raise ValueError(f"{name!r}: an object has a plural noun in lower case, such as change_events")
    room = root / "layers/common/connector/objects" / f"{name}.py"
    if room.exists():
        raise ValueError(f"{name} exists: {room}")
    words = name.replace("_", " ")
    record = "".join(part.capitalize() for part in name.removesuffix("s").split("_"))
    texts = {
        room: ROOM.format(name=name, title=words.removesuffix("s").capitalize(), record=record),
        root / "functions" / name / "app.py": FUNCTION.format(name=name, words=words),
        root / "events" / f"{name}.json": EVENT.format(name=name),
        root
        / "tests/golden"
        / name
        / "refused.json": '[\n  {"rule": "has_a_name", "change": {"name": ""}, "code": "VALUE_MISSING", "field": "name"}\n]\n',
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(texts)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("Which one? make new-object NAME=change_events")
        return 2
    try:
        written = scaffold(arguments[0])
    except ValueError as problem:
        print(problem)
        return 1
    for path in written:
        print(f"wrote {path.relative_to(ROOT)}")
    print(STANZA.format(name=arguments[0], resource="".join(part.capitalize() for part in arguments[0].split("_"))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
