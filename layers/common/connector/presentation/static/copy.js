// A text that is there to be sent to somebody: one button copies it. Without this script it can be marked and copied by hand.

import { say } from "./swap.js";

function offer() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) {
    return;
  }
  const text = document.getElementById(button.dataset.copy);
  text.select();
  // The newer way is closed to frames of another site unless their host opens it.
  say(document.execCommand("copy") ? "Copied." : "Not copied: it is marked, copy it with the keyboard.");
});

document.addEventListener("swapped", offer);
offer();
