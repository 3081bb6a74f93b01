// Procore's login renders in no frame: a popup does it, and hands a ticket to the page that opened it.

import { ask, holdToken, say, swap } from "./swap.js";

let popup = null;

function words(text) {
  const place = document.querySelector("[data-signin-words]");
  if (place) {
    place.hidden = false;
    if (text) {
      place.firstChild.textContent = `${text} `;
    }
  }
}

function watch(opened) {
  const timer = setInterval(() => {
    if (opened !== popup) {
      clearInterval(timer);
    } else if (opened.closed) {
      clearInterval(timer);
      setTimeout(() => closedEarly(opened), 500); // its message may still be on the way
    }
  }, 500);
}

function closedEarly(opened) {
  if (opened === popup) {
    popup = null;
    words("The window was closed before signing in.");
    say("The window was closed before signing in.");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-signin]");
  if (!link) {
    return;
  }
  event.preventDefault();
  popup = window.open(link.href, "procore-signin", "popup,width=480,height=640");
  words(popup ? "" : "The browser kept the window closed.");
  if (popup) {
    say("A window has opened.");
    watch(popup);
  }
});

window.addEventListener("message", async (event) => {
  const ours = event.origin === location.origin && event.source === popup && event.data?.type === "authentication.success";
  if (!ours) {
    return;
  }
  popup.close();
  popup = null;
  const body = new URLSearchParams({ ticket: event.data.payload.ticket, zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const answer = await ask(`${document.body.dataset.base}/session`, { body });
  if (!answer.ok) {
    words("The sign-in came too late.");
    return;
  }
  const opened = await answer.json();
  holdToken("");
  if (!(await ask(`${document.body.dataset.base}/me`)).ok) {
    holdToken(opened.token);
  }
  goOn(opened.form);
});

// A page that was open when the last session ended keeps everything typed; only its forms learn the new session.
function goOn(form) {
  const section = document.getElementById("signin");
  if (section.parentElement.children.length === 1) {
    swap(location.href, { push: false });
    return;
  }
  section.remove();
  for (const field of document.querySelectorAll('input[name="form"]')) {
    field.value = form;
  }
  say("Signed in. Go on where you were.");
  document.getElementById("main").focus();
}

// In the popup.
const place = document.querySelector("[data-ticket]");
if (place && window.opener) {
  // Its opener closes it: of a window that is gone already no message is known to be ours.
  window.opener.postMessage({ type: "authentication.success", payload: { ticket: place.dataset.ticket } }, location.origin);
  setTimeout(() => window.close(), 3000);
} else if (place) {
  place.querySelector("[data-stayed]").hidden = false;
}
