// Lists: what is selected and its sum; and the keys, which can be switched off.

import { say } from "./swap.js";

const OFF = "keys-off";
let last = null;
let off = false;

// Browsers that block a frame's storage forget the choice with the page.
function keysOff(value) {
  try {
    if (value !== undefined) {
      value ? localStorage.setItem(OFF, "yes") : localStorage.removeItem(OFF);
    }
    off = Boolean(localStorage.getItem(OFF));
  } catch {
    off = value ?? off;
  }
  return off;
}

function boxes(list) {
  return [...list.querySelectorAll('input[name="item"]')];
}

// Exact: whole cents, summed as integers.
function sums(chosen) {
  const totals = new Map();
  for (const box of chosen) {
    const currency = box.dataset.currency;
    if (!currency) {
      continue;
    }
    totals.set(currency, (totals.get(currency) ?? 0n) + BigInt(box.dataset.cents));
  }
  return [...totals].map(([currency, cents]) => {
    const sign = cents < 0n ? "-" : "";
    const size = cents < 0n ? -cents : cents;
    const text = `${sign}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
    return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(text).replace("-", "\u2212");
  });
}

function selected(list, aloud) {
  const chosen = boxes(list).filter((box) => box.checked);
  const words = chosen.length ? [`${chosen.length} selected`, ...sums(chosen)].join(", ") : "";
  list.querySelector("[data-selected]").textContent = words;
  for (const button of list.querySelectorAll("[data-counted]")) {
    button.textContent = button.dataset.counted.replace(" #", chosen.length ? ` ${chosen.length}` : "");
    button.disabled = !chosen.length;
  }
  const all = list.querySelector("[data-all]");
  all.checked = chosen.length > 0 && chosen.length === boxes(list).length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  if (aloud) {
    say(words || "Nothing selected.");
  }
}

function ready() {
  for (const list of document.querySelectorAll("form[data-list]")) {
    list.querySelector("[data-all]").hidden = false;
    selected(list, false);
  }
  for (const box of document.querySelectorAll("[data-keys-on]")) {
    box.checked = !keysOff();
  }
}

document.addEventListener("change", (event) => {
  const list = event.target.closest?.("form[data-list]");
  if (event.target.dataset?.keysOn !== undefined) {
    keysOff(!event.target.checked);
  } else if (list && event.target.dataset.all !== undefined) {
    boxes(list).forEach((box) => { box.checked = event.target.checked; });
    selected(list, true);
  } else if (list) {
    last = event.target;
    selected(list, true);
  }
});

function stretch(list, box) {
  const every = boxes(list);
  const [from, to] = [every.indexOf(last ?? box), every.indexOf(box)].sort((one, other) => one - other);
  every.slice(from, to + 1).forEach((each) => { each.checked = true; });
}

function move(row, by) {
  const rows = [...row.closest("table").querySelectorAll("[data-row]")];
  rows[rows.indexOf(row) + by]?.querySelector("[data-open]").focus();
}

function inRow(row, event) {
  const list = row.closest("form[data-list]");
  const box = row.querySelector('input[name="item"]');
  switch (event.key) {
    case "j": case "ArrowDown": move(row, 1); break;
    case "k": case "ArrowUp": move(row, -1); break;
    case "x": case "X":
      if (!box) { return false; }
      event.shiftKey ? stretch(list, box) : (box.checked = !box.checked);
      last = box;
      selected(list, true);
      break;
    default: return named(row, event.key);
  }
  return true;
}

// What a row names a key for: a way elsewhere is gone, a button only gets the focus.
function named(row, key) {
  const found = row.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
  if (found) {
    found.target ? found.click() : found.focus();
  }
  return Boolean(found);
}

// Elsewhere on the page a key puts the focus on what it names; only Enter there does something. ``data-go`` are links that just lead on.
function onPage(key) {
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!found) {
    return false;
  }
  if (found.tagName === "SUMMARY") {
    found.parentElement.open = true;
  }
  found.dataset.go !== undefined ? found.click() : found.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.('input:not([type="checkbox"]), select, textarea');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || keysOff()) {
    return;
  }
  const row = event.target.closest?.("[data-row]");
  if ((row && inRow(row, event)) || onPage(event.key)) {
    event.preventDefault();
  }
});

document.addEventListener("swapped", ready);
ready();
