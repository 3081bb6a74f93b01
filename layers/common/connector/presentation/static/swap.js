// One rule for links, forms and polling: ask for the page, put its part in the place of ours, move the focus, say what happened.
// Without this script every address gives the whole page.

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("pages", { createHTML: (text) => text })
  : { createHTML: (text) => text };
let token = "";
let turn = 0; // how often somebody has gone on

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

// What answers after somebody has gone on to another page, as a poll may, is not shown.
export async function swap(address, { body, part = "page", push = true, focus = true } = {}) {
  turn += push || focus ? 1 : 0;
  const mine = turn;
  const slow = setTimeout(() => {
    document.getElementById("page").classList.add("loading");
    say("Loading.");
  }, 400);
  try {
    const answer = (body ? null : await known(address)) ?? (await ask(address, { body, part }));
    ahead = body ? null : ahead;
    const fresh = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
    if (mine !== turn) {
      return false;
    }
    if (answer.status === 401) {
      return signedOut(fresh);
    }
    if (push && (!body || answer.redirected) && answer.url !== location.href) {
      history.pushState(null, "", answer.url);
    }
    put(fresh, part, focus);
    return true;
  } catch {
    return mine === turn && lost();
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

document.addEventListener("swapped", () => setTimeout(lookAhead, 300));
setTimeout(lookAhead, 300);
