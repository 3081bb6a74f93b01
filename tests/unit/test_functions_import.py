"""A function's folder translates and nothing else: of the project it imports ``connector.entrypoints`` only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"
ALLOWED = "connector.entrypoints."
OURS = {"connector", "sandbox", "tests", "tools"}


def forbidden_imports(source: str) -> list[str]:
    """Modules of the project that a function may not import, in the order they stand."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.append(node.module)
    return [name for name in modules if name.partition(".")[0] in OURS and not f"{name}.".startswith(ALLOWED)]


def test_what_is_forbidden_is_found() -> None:
    source = (
        "import json\n"
        "from connector.entrypoints import handler_for\n"
        "from connector.entrypoints.http import app\n"
        "from connector.entrypoints_of_others import app\n"
        "import connector.engine.plan\n"
        "def late():\n    from sandbox import companies\n"
    )
    assert forbidden_imports(source) == ["connector.entrypoints_of_others", "connector.engine.plan", "sandbox"]


def test_functions_import_entrypoints_only() -> None:
    found = {path.relative_to(FUNCTIONS): forbidden_imports(path.read_text()) for path in FUNCTIONS.rglob("*.py")}
    assert {path: modules for path, modules in found.items() if modules} == {}


def test_the_webhooks_door_starts_without_the_house() -> None:
    """Procore waits for its answer: what only exports and pages need is not imported."""
    program = "import sys, connector.entrypoints.procore_webhook; print(*sys.modules)"
    layer = FUNCTIONS.parent / "layers" / "common"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=layer, capture_output=True, text=True, check=True).stdout.split()
    assert "connector.bootstrap_webhook" in loaded
    assert {"connector.bootstrap", "connector.ports", "pydantic", "requests", "jinja2", "babel"}.isdisjoint(loaded)


def test_an_export_starts_without_what_imports_need() -> None:
    program = "import sys; from connector.entrypoints.object_function import handler_for; handler_for('commitments'); print(*sys.modules)"
    layer = FUNCTIONS.parent / "layers" / "common"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=layer, capture_output=True, text=True, check=True).stdout.split()
    assert "connector.engine.export" in loaded
    assert {"connector.engine.import_", "connector.engine.legs", "connector.engine.sends", "connector.engine.ledger"}.isdisjoint(loaded)
