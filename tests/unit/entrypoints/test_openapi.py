"""openapi.json is valid, fresh, and says what the template serves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from connector.entrypoints.api import ROUTES
from tools import openapi

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def test_the_committed_file_is_fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["openapi", "--check"])
    assert openapi.main() == 0
    stale = tmp_path / "openapi.json"
    stale.write_text(openapi.text().replace("sendItem", "sendThing"))
    monkeypatch.setattr(openapi, "PLACE", stale)
    assert openapi.main() == 1
    assert "make openapi" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["openapi"])
    assert openapi.main() == 0
    assert stale.read_text() == (ROOT / "openapi.json").read_text()


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)
    with pytest.raises(OpenAPIValidationError, match="title"):
        validate(document | {"info": {"version": "1"}})


def test_names_are_unique_and_every_refusal_has_the_one_shape() -> None:
    document = openapi.document()
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert sorted(operation["operationId"] for operation in operations) == sorted({route.name for route in ROUTES})
    answers = [(status, answer) for operation in operations for status, answer in operation["responses"].items()]
    shapes = {
        answer["content"]["application/json"]["schema"]["$ref"] for status, answer in answers if status in {"403", "404", "409", "500"}
    }
    assert shapes == {"#/components/schemas/ErrorAnswer"}


def test_the_template_serves_every_route_and_no_other() -> None:
    template = (ROOT / "template.yaml").read_text()
    api = template[template.index("\n  ApiFunction:") : template.index("\n  AuthorizerFunction:")]
    served = {(method, path) for path, method in re.findall(r'Path: "?([^",]+)"?, Method: ([A-Z]+)', api)}
    assert served == {(route.method, route.path) for route in ROUTES}
