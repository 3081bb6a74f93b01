"""botocore's descriptions of the AWS services, cut down to what the connector calls: a step of the layer's build (see Makefile).

    python aws_models.py <botocore's data folder> <target folder>

botocore reads 3 MB of JSON to make the three clients of an export, two fifths of a cold start's processor time, and uses a hundredth of
it. What is left out here, or comes new with a later runtime, it still finds in its own folder (``adapters/aws/clients.py``).
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any, Final

CALLED: Final = {
    "dynamodb": (
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    ),
    "s3": ("GetObject", "PutObject"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue"),
    "sesv2": ("SendEmail",),
    "sqs": ("SendMessage",),
    "stepfunctions": ("StartExecution",),
}
"""What the adapters call, by service; ``tests/unit/aws/test_models.py`` reads the adapters and compares."""
WHOLE: Final = ("endpoint-rule-set-1", "paginators-1", "service-2.sdk-extras", "paginators-1.sdk-extras")


def cut(data: Path, target: Path) -> None:
    """Raises LookupError for an operation that botocore does not know."""
    names = set()
    for service, operations in CALLED.items():
        source = max(path for path in (data / service).iterdir() if path.is_dir())
        model = _only(_read(source / "service-2"), operations)
        names.add(model["metadata"]["endpointPrefix"])
        _write(target / service / source.name / "service-2", model)
        for name in WHOLE:
            if any(source.glob(f"{name}.json*")):
                _write(target / service / source.name / name, _read(source / name))
    endpoints = _read(data / "endpoints")
    for partition in endpoints["partitions"]:
        partition["services"] = {name: known for name, known in partition["services"].items() if name in names}
    _write(target / "endpoints", endpoints)


def _only(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """The model with these operations, the shapes they reach, and no prose."""
    wanted = {name: model["operations"][name] for name in operations}
    reached: dict[str, Any] = {}
    _reach(wanted, model["shapes"], reached)
    # Elsewhere in the model botocore reads the prose too.
    return {**model, "operations": _without_prose(wanted), "shapes": _without_prose(reached)}


def _reach(part: Any, shapes: dict[str, Any], reached: dict[str, Any]) -> None:
    if isinstance(part, list):
        for each in part:
            _reach(each, shapes, reached)
    elif isinstance(part, dict):
        name = part.get("shape")
        if isinstance(name, str) and name not in reached:
            reached[name] = shapes[name]
            _reach(shapes[name], shapes, reached)
        for each in part.values():
            _reach(each, shapes, reached)


def _without_prose(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_prose(each) for each in part]
    if isinstance(part, dict):
        return {name: _without_prose(each) for name, each in part.items() if name != "documentation" or not isinstance(each, str)}
    return part


def _read(path: Path) -> Any:
    plain = path.with_name(f"{path.name}.json")
    text = plain.read_bytes() if plain.exists() else gzip.decompress(path.with_name(f"{path.name}.json.gz").read_bytes())
    return json.loads(text)


def _write(path: Path, model: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.json").write_text(json.dumps(model, separators=(",", ":")))


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
