// Comfort only: everything works without it. A letter's frame gets the height of its letter, a box that
// waits for words the cursor, and a button that was pressed says so until the next page is there.
"use strict";
// Not by autofocus: browsers leave it undone where an address names a place on the page, and complain.
const waiting = document.querySelector("[data-waiting]");
if (waiting) waiting.focus({ preventScroll: location.hash !== "" });
for (const frame of document.querySelectorAll("iframe.letter")) {
  const fit = () => {
    const body = frame.contentDocument && frame.contentDocument.body;
    if (body) frame.style.height = Math.ceil(body.getBoundingClientRect().height) + 2 + "px";
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
addEventListener("submit", (event) => {
  // A double click is one click: nobody wants to send a mail twice.
  if (document.body.classList.contains("busy")) event.preventDefault();
  if (event.defaultPrevented) return;
  document.body.classList.add("busy");
  const told = document.getElementById("told");
  if (told) told.textContent = "Working…";
});
addEventListener("pageshow", () => document.body.classList.remove("busy"));
