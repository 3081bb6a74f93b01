// Parts of a page that say where to look again (data-poll): after 2, 4, then every 8 seconds, or every data-every seconds; not while
// nobody sees them. A quarter more is said aloud, and the end.

import { say, swap } from "./swap.js";

const PAUSES = [2, 4, 8];
let rounds = 0;
let timer = 0;
let said = 0;
let awake = true;

// The side panel is told by its host when it is out of sight.
export function setAwake(value) {
  const back = value && !awake;
  awake = value;
  if (back) {
    next(0);
  }
}

function aloud(part) {
  const quarter = Math.floor(Number(part.dataset.share ?? 0) / 25);
  if (quarter > said) {
    say(part.dataset.words);
  }
  said = quarter;
}

function next(soon) {
  clearTimeout(timer);
  const part = document.querySelector("[data-poll]");
  if (!part) {
    rounds = 0;
    return;
  }
  aloud(part);
  const seconds = soon ?? Number(part.dataset.every ?? PAUSES[Math.min(rounds, PAUSES.length - 1)]);
  timer = setTimeout(async () => {
    rounds += 1;
    const used = part.contains(document.activeElement) && document.activeElement.matches("a, button, input, select, textarea, summary");
    const busy = used || !awake || document.hidden;
    if (busy || !document.contains(part) || !(await swap(part.dataset.poll, { part: part.id, push: false, focus: false }))) {
      next();
    }
  }, seconds * 1000);
}

document.addEventListener("swapped", () => next());
next();
