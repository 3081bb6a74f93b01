// The side panel: Procore tells which record is open. Who may be our parent is for frame-ancestors to say; what it names is a hint, and
// the server looks whether this person may see it.

import { setAwake } from "./progress.js";
import { swap } from "./swap.js";

if (document.body.classList.contains("panel") && window.parent !== window) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent) {
      return;
    }
    const { type, context } = event.data ?? {};
    if (type === "setup" && context) {
      const record = { in: "panel", view: context.view ?? "", id: context.id ?? "", project: context.project_id ?? "" };
      swap(`${document.body.dataset.base}/panel?${new URLSearchParams(record)}`, { focus: false });
    } else if (String(type).startsWith("sidepanel:app:")) {
      setAwake(type === "sidepanel:app:visible");
    }
  });
  window.parent.postMessage({ type: "initialize" }, "*");
}
