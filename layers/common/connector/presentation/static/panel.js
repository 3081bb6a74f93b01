// The side panel: Procore tells which record is open. Who may be our parent is for frame-ancestors to say; what it names is a hint, and
// the server looks whether this person may see it.

import { setAwake } from "./progress.js";
import { swap } from "./swap.js";

let told = true;

// Also after a sign-in: what was said before it reached nobody.
function askWhich() {
  if (told && document.querySelector("[data-which]")) {
    window.parent.postMessage({ type: "initialize" }, "*");
  }
}

if (document.body.classList.contains("panel") && window.parent !== window) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent) {
      return;
    }
    const { type, context } = event.data ?? {};
    if (type === "setup" && context) {
      told = Boolean(context.id);
      const record = { in: "panel", view: context.view ?? "", id: context.id ?? "", project: context.project_id ?? "" };
      swap(`${document.body.dataset.base}/panel?${new URLSearchParams(record)}`, { push: false, focus: false });
    } else if (String(type).startsWith("sidepanel:app:")) {
      setAwake(type === "sidepanel:app:visible");
    }
  });
  document.addEventListener("swapped", askWhich);
  askWhich();
}
