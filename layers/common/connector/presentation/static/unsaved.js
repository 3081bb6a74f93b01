// Forms that are saved as a whole (data-unsaved): how many changes are not saved, and a question before they are left behind. A change is
// a field that is not as it came, or all of a part (data-one) together; data-typed are parts that came back unsaved. The form's own number
// is of those that have no field here. Without this script nothing is counted and nothing is asked.

import { addressOf, followed, ours } from "./follow.js";

let free = false; // the answer was to leave
let back = false; // likewise, and the browser is on its way
let here = location.href;

function held() {
  return document.querySelector("form[data-unsaved]");
}

function differs(field) {
  if (field.tagName === "SELECT") {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  }
  if (field.type === "checkbox" || field.type === "radio") {
    return field.checked !== field.defaultChecked;
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function unsaved() {
  const form = held();
  if (!form) {
    return 0;
  }
  const parts = new Set(form.querySelectorAll("[data-typed]"));
  for (const field of [...form.elements].filter(differs)) {
    parts.add(field.closest("[data-one]") ?? field);
  }
  return Number(form.dataset.unsaved) + parts.size;
}

function counted(count) {
  return `Not saved: ${count} ${count === 1 ? "change" : "changes"}`;
}

function tell() {
  const place = held()?.querySelector("[data-count]");
  if (place) {
    place.dataset.count ||= place.textContent;
    const count = unsaved();
    place.textContent = count ? counted(count) : place.dataset.count;
  }
}

function question(leave) {
  const dialog = document.getElementById("leave");
  dialog.querySelector("[data-count]").textContent = `${counted(unsaved())}.`;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "leave") {
      free = true;
      leave();
      free = false;
    }
  }, { once: true });
  dialog.showModal();
  dialog.querySelector('[data-close=""]').focus(); // autofocus is closed to frames of another site
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener("click", (event) => {
  const link = followed(event);
  if (!free && link && link.dataset.leave === undefined && unsaved()) {
    stop(event);
    question(() => link.click());
  }
  const button = event.target.closest?.("dialog [data-close]");
  button?.closest("dialog").close(button.dataset.close);
}, true);

document.addEventListener("submit", (event) => {
  if (!free && event.target !== held() && ours(addressOf(event)) && unsaved()) {
    stop(event);
    question(() => event.target.requestSubmit(event.submitter));
  }
}, true);

// The browser is there already: it comes back for the question, and goes again with the answer.
document.addEventListener("left", (event) => {
  if (!back && unsaved()) {
    event.preventDefault();
    history.pushState(null, "", here);
    question(() => {
      back = true;
      history.back();
    });
  }
  back = false;
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved()) {
    event.preventDefault();
  }
});

document.addEventListener("input", tell);
document.addEventListener("swapped", () => {
  here = location.href;
  tell();
});
tell();
