// Links and forms that lead to pages of ours are followed by a swap, and so are the browser's own ways back and forth.

import { swap } from "./swap.js";

let shown = `${location.pathname}${location.search}`;

export function ours(address) {
  return address.origin === location.origin && address.pathname.startsWith(`${document.body.dataset.base}/`) && !address.pathname.includes("/signin");
}

// The link to another page of ours that a click follows, if it does.
export function followed(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.download || !ours(new URL(link.href))) {
    return null;
  }
  const within = link.hash && link.pathname === location.pathname && link.search === location.search;
  return within ? null : link;
}

// Where a form is sent.
export function addressOf(event) {
  const named = event.submitter?.getAttribute("formaction") ?? event.target.getAttribute("action") ?? location.href;
  return new URL(named, location.href);
}

document.addEventListener("click", (event) => {
  const link = followed(event);
  if (link) {
    event.preventDefault();
    swap(link.href, { part: link.dataset.swap });
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const address = addressOf(event);
  if (!ours(address)) {
    return;
  }
  event.preventDefault();
  if (form.dataset.busy) {
    return;
  }
  form.dataset.busy = "yes";
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === "get") {
    for (const [name, value] of [...fields]) {
      if (!value) {
        fields.delete(name);
      }
    }
    address.search = fields.toString();
    await swap(address.href, { part: form.dataset.swap });
  } else {
    await swap(address.href, { body: fields, part: form.dataset.swap });
  }
  delete form.dataset.busy;
});

document.addEventListener("change", (event) => {
  if (event.target.dataset?.go !== undefined) {
    event.target.form.requestSubmit();
  }
});

// Also fired where only the part behind # changes, as by the link to the content. Whoever minds the page being left cancels "left".
window.addEventListener("popstate", () => {
  const elsewhere = shown !== `${location.pathname}${location.search}`;
  if (elsewhere && document.dispatchEvent(new CustomEvent("left", { cancelable: true }))) {
    swap(location.href, { push: false });
  }
});
document.addEventListener("swapped", () => { shown = `${location.pathname}${location.search}`; });
