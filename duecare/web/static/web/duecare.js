// Makes pages quicker to use. Every page works without this file; nothing here is needed to act.
(() => {
  "use strict";

  const menus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("keydown", (event) => {
    const find = document.querySelector("[data-find]");
    if (find && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      find.focus();
      find.select();
    }
    if (event.key === "Escape") {
      for (const menu of menus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A day picked with the pointer shows at once. A day typed waits for Enter: half a year is a date too.
  const day = document.querySelector("[data-as-of] input[type=date]");
  if (day) {
    let typed = false;
    day.addEventListener("keydown", () => { typed = true; });
    day.addEventListener("pointerdown", () => { typed = false; });
    day.addEventListener("change", () => { if (!typed && day.value) day.form.requestSubmit(); });
  }

  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  // The navigation floats on a narrow screen and stands on a wide one.
  const areas = document.getElementById("areas");
  if (areas && areas.hidePopover) {
    matchMedia("(width > 860px)").addEventListener("change", () => {
      if (areas.matches(":popover-open")) areas.hidePopover();
    });
  }

  // htmx puts focus back on an element with the same id. Where there is none, go to the part that changed.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const part = document.getElementById(event.detail.elt.id) || document.getElementById("main");
    part.focus();
  });

  // An answer that is no part of this page (an error, a sign-in): let the browser show it whole.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.requestConfig.verb === "get") location.assign(event.detail.pathInfo.finalRequestPath);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = event.detail.xhr.responseURL;
    if (answered && new URL(answered).pathname !== location.pathname) {
      event.detail.shouldSwap = false;
      location.assign(answered);
    }
  });
})();
