// One rule for links, forms and polling: ask for the page, put its part in the place of ours, move the focus, say what happened.
// Without this script every address gives the whole page.

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("pages", { createHTML: (text) => text })
  : { createHTML: (text) => text };
const base = document.body.dataset.base;
let token = "";
let shown = `${location.pathname}${location.search}`;

// Kept in memory only, for browsers that send no cookie from a frame.
export function holdToken(value) {
  token = value;
  ahead = null; // what was asked for as somebody else
}

export function ask(address, { body, part = "page", priority = "auto" } = {}) {
  const headers = { "X-Fragment": part, ...(token ? { "X-Session": token } : {}) };
  return fetch(address, { method: body ? "POST" : "GET", body, headers, priority, credentials: "same-origin" });
}

// The next item, asked for while this one is read: shown once, and only while it is fresh.
const FRESH = 30_000;
let ahead = null;

function lookAhead() {
  const address = document.querySelector("[data-ahead]")?.href;
  if (address && address !== ahead?.address && !document.hidden) {
    ahead = { address, until: Date.now() + FRESH, answer: read(address).catch(() => null) };
  }
}

// Read to its end: an answer that is not keeps its connection.
async function read(address) {
  const answer = await ask(address, { priority: "low" });
  const body = await answer.text();
  return { ok: answer.ok, status: answer.status, url: answer.url, text: () => body };
}

async function known(address) {
  const held = ahead;
  if (held?.address !== address || held.until < Date.now()) {
    return null;
  }
  ahead = null;
  const answer = await held.answer;
  return answer?.ok ? answer : null;
}

export function say(words) {
  const place = document.getElementById("say");
  if (words && place) {
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = words; });
  }
}

export async function swap(address, { body, part = "page", push = true, focus = true } = {}) {
  const slow = setTimeout(() => {
    document.getElementById("page").classList.add("loading");
    say("Loading.");
  }, 400);
  try {
    const answer = (body ? null : await known(address)) ?? (await ask(address, { body, part }));
    ahead = body ? null : ahead;
    const fresh = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
    if (answer.status === 401) {
      return signedOut(fresh);
    }
    if (push && (!body || answer.redirected) && answer.url !== location.href) {
      history.pushState(null, "", answer.url);
    }
    put(fresh, part, focus);
    return true;
  } catch {
    return lost();
  } finally {
    clearTimeout(slow);
    document.getElementById("page").classList.remove("loading");
  }
}

function put(fresh, part, focus) {
  const found = fresh.getElementById(document.getElementById(part) ? part : "page") ?? fresh.getElementById("page");
  const words = found.querySelector("[data-say]")?.dataset.say ?? found.dataset.say;
  const old = document.getElementById(found.id);
  const held = old.contains(document.activeElement);
  document.title = fresh.title || document.title;
  old.replaceWith(found);
  document.getElementById("lost")?.remove();
  if (focus || held) {
    const place = found.querySelector("[data-focus]") ?? found.querySelector("h1") ?? found;
    place.tabIndex = place.tabIndex >= 0 ? place.tabIndex : -1;
    place.focus();
    if (focus && found.id === "page") {
      window.scrollTo(0, 0);
    }
  }
  say(words);
  document.dispatchEvent(new CustomEvent("swapped"));
}

// The page stays as it is, with everything typed; the sign-in stands above it.
function signedOut(fresh) {
  const section = fresh.getElementById("signin");
  document.getElementById("signin")?.remove();
  document.getElementById("main").prepend(section);
  const heading = section.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  return false;
}

function lost() {
  document.getElementById("lost")?.remove();
  const note = document.createElement("p");
  note.id = "lost";
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = "The connection was lost before an answer came. Look at the page again before you repeat what you did.";
  document.getElementById("main").prepend(note);
  return false;
}

function ours(address) {
  return address.origin === location.origin && address.pathname.startsWith(`${base}/`) && !address.pathname.includes("/signin");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.download || !ours(new URL(link.href))) {
    return;
  }
  if (link.hash && link.pathname === location.pathname && link.search === location.search) {
    return;
  }
  event.preventDefault();
  swap(link.href, { part: link.dataset.swap });
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const address = new URL(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
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

// Also fired where only the part behind # changes, as by the link to the content.
window.addEventListener("popstate", () => {
  if (shown !== `${location.pathname}${location.search}`) {
    swap(location.href, { push: false });
  }
});
document.addEventListener("swapped", () => { shown = `${location.pathname}${location.search}`; });

document.addEventListener("swapped", () => setTimeout(lookAhead, 300));
setTimeout(lookAhead, 300);
