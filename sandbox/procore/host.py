"""Where Procore shows an embedded app: ``/host/full`` as a tool of a project, ``/host/panel`` as the side panel of a record.

"Building Embedded Applications" and "Side panel" [D]: a full-screen app gets company and project by its address; a side panel of 400 px
hears them by ``postMessage``: the app says ``{type: "initialize"}`` to its parent, which answers ``{type: "setup", context: {company_id,
project_id, id, view}}``, and later ``sidepanel:app:visible``, ``:hidden`` and ``:destroy``. That ids come as texts, and that a record
opened while the panel is there is told by another ``setup``, are guesses [?].

What the app is called with here is in the address, as a developer would set it up in the app's manifest: ``?app=<address of the app>``.
"""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote, urlsplit

from werkzeug.wrappers import Request, Response

from sandbox.procore.pages import html_page
from sandbox.procore.store import COMPANY_ID
from sandbox.procore.world import World

VIEWS = {
    "commitments": "commitments.work_order_contracts.detail",
    "change_orders": "commitments.commitment_contract_change_orders.detail",
    "requisitions": "commitments.requisitions.detail",
}
"""Keys of the views by the tool's place in our addresses ("Side panel view keys" [D])."""
_FRAMES = "body{max-width:none;margin:0;padding:0}header{background:#232729;color:#fff;padding:12px 16px}iframe{border:0;display:block}"
_SCRIPT = """
const frame = document.querySelector("iframe"), context = JSON.parse(document.body.dataset.context);
const tell = (message) => frame.contentWindow.postMessage(message, new URL(frame.src).origin);
window.addEventListener("message", (event) => {
  if (event.source === frame.contentWindow && event.data && event.data.type === "initialize") tell({type: "setup", context});
});
document.querySelector("button").addEventListener("click", () => {
  frame.hidden = !frame.hidden;
  tell({type: frame.hidden ? "sidepanel:app:hidden" : "sidepanel:app:visible"});
});
"""


def answer(world: World, request: Request) -> Response:
    app = request.args.get("app", "")
    if urlsplit(app).scheme not in ("http", "https"):
        return html_page("Procore", "<p>Say which app: <code>?app=http://...</code></p>", 400)
    return _panel(world, request, app) if request.path == "/host/panel" else _full(request, app)


def _full(request: Request, app: str) -> Response:
    project = request.args.get("project", "")
    known = f"companyId={COMPANY_ID}&projectId={quote(project)}"
    address = f"{app}{'&' if '?' in app else '?'}{known}"
    frame = f'<iframe src="{escape(address)}" title="App" width="100%" style="height:calc(100vh - 46px)"></iframe>'
    return _page("Procore: an app", f"<header>Procore</header>{frame}", {})


def _panel(world: World, request: Request, app: str) -> Response:
    tool, record = request.args.get("tool", "commitments"), request.args.get("id", "")
    project = request.args.get("project", "") or _project_of(world, record)
    context = {"company_id": str(COMPANY_ID), "project_id": project, "id": record, "view": VIEWS.get(tool, request.args.get("view", tool))}
    frame = f'<iframe src="{escape(app)}" title="App" width="400" style="height:calc(100vh - 46px);border-left:1px solid #c4cdd2"></iframe>'
    words = f'<div style="flex:1;padding:16px"><h1>{escape(tool)} {escape(record)}</h1><p><button>Side panel</button></p></div>'
    body = f'<header>Procore</header><div style="display:flex">{words}{frame}</div><script>{_SCRIPT}</script>'
    return _page("Procore: a record", body, context)


def _project_of(world: World, record: str) -> str:
    with world.lock:
        rows = (world.row(table, int(record)) for table in ("work_order_contracts", "purchase_order_contracts") if record.isdigit())
        row = next((each for each in rows if each is not None), None)
    return str(row["project_id"]) if row else ""


def _page(title: str, body: str, context: dict[str, str]) -> Response:
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_FRAMES}</style></head>'
        f'<body data-context="{escape(json.dumps(context))}">{body}</body></html>'
    )
    return Response(text, 200, content_type="text/html; charset=utf-8")
