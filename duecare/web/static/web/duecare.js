// Makes pages quicker to use. Every page works without this file; nothing here is needed to act.
(() => {
  "use strict";

  const menus = () => document.querySelectorAll("details[data-menu][open]");

  // The palette: what the search page finds, on any page. Focus stays in its field; a hit is chosen by
  // aria-activedescendant (WAI-ARIA 1.2, combobox). The browser keeps focus within an open dialog, closes it
  // on Escape and gives focus back.
  const palette = document.querySelector("[data-palette]");
  const asked = palette && palette.querySelector("[role=combobox]");
  const found = palette && palette.querySelector("[role=listbox]");
  const hits = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");

  function openPalette() {
    if (palette.open) return;
    if (document.querySelector("#areas:popover-open")) document.getElementById("areas").hidePopover();
    palette.showModal();
    asked.focus();
    asked.select();
    asked.form.dispatchEvent(new Event("palette"));
  }

  function choose(hit) {
    for (const one of hits()) one.setAttribute("aria-selected", one === hit ? "true" : "false");
    if (!hit) {
      asked.removeAttribute("aria-activedescendant");
      return;
    }
    asked.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
  }

  if (palette) {
    for (const opener of document.querySelectorAll("[data-palette-open]")) opener.addEventListener("click", openPalette);
    palette.querySelector("[data-palette-close]").addEventListener("click", () => palette.close());
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
    found.addEventListener("htmx:afterSwap", () => {
      choose(asked.value.trim() ? hits()[0] : null);
      found.scrollTop = 0;
      const all = palette.querySelector("[data-palette-all]");
      const address = new URL(all.href);
      address.searchParams.set("q", asked.value);
      all.href = address;
    });
    // What is on its way answers another text: Enter waits for it rather than going to an old hit.
    let waiting = false;
    asked.addEventListener("input", () => { waiting = true; });
    found.addEventListener("htmx:afterSettle", (event) => {
      waiting = event.detail.requestConfig.parameters.q !== asked.value;
    });
    asked.addEventListener("keydown", (event) => {
      const all = hits();
      const place = all.indexOf(chosen());
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") {  // of a search field it would only empty the text
        event.preventDefault();
        palette.close();
        return;
      }
      if (step && all.length) {
        event.preventDefault();
        const from = place < 0 && step < 0 ? 0 : place;
        choose(all[(from + step + all.length) % all.length]);
      } else if (event.key === "Enter" && !event.isComposing && place >= 0 && !waiting) {
        event.preventDefault();
        all[place].click();
      }
    });
  }

  document.addEventListener("keydown", (event) => {
    if (palette && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
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
  if (summary) {
    summary.focus();
    // Who skipped to the content before has #main in the address, and the browser goes there once more.
    if (location.hash) addEventListener("load", () => setTimeout(() => summary.focus()), { once: true });
  }

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
    const wanted = new URL(event.detail.pathInfo.requestPath, location.href).pathname;
    if (answered && new URL(answered).pathname !== wanted) {
      event.detail.shouldSwap = false;
      location.assign(answered);
    }
  });
})();
