/* What only the office's pages do: the search key and choosing rows. */
(() => {
  "use strict";

  /* "/" goes to the search box, unless the reader is writing. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-search-key]");
    if (!box || !box.offsetParent) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  /* Rows chosen for a bulk action: how many, and their sum. A form's boxes may stand outside it, tied by their "form"
     attribute, where its rows hold small forms of their own. */
  const among = (form, selector) => [...form.elements].filter((control) => control.matches(selector));
  const boxes = (form) => among(form, "input[type=checkbox][name=ids]");
  const show = (form) => {
    const bar = form.querySelector("[data-bulk]");
    if (!bar) return;
    const chosen = boxes(form).filter((box) => box.checked);
    for (const box of boxes(form)) {
      const row = box.closest("tr");
      if (row) row.classList.toggle("is-selected", box.checked);
    }
    const cents = chosen.reduce((sum, box) => sum + Math.round(Number(box.dataset.amount ?? 0) * 100), 0);
    const sum = cents ? `，合计 ${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} 元` : "";
    bar.querySelector("[data-bulk-count]").textContent = chosen.length
      ? `已选 ${chosen.length} ${bar.dataset.unit}${sum}`
      : "勾选要一起办的";
    bar.querySelector("[data-bulk-clear]").hidden = !chosen.length;
    for (const button of bar.querySelectorAll("button[type=submit]")) button.disabled = !chosen.length;
    const [all] = among(form, "[data-bulk-all]");
    if (!all) return;
    all.checked = chosen.length > 0 && chosen.length === boxes(form).filter((box) => !box.disabled).length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  };
  const tick = (form, checked) => {
    for (const box of boxes(form)) if (!box.disabled) box.checked = checked;
    show(form);
  };
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.matches("[data-bulk-all]")) tick(form, event.target.checked);
    else if (event.target.matches("[name=ids]")) show(form);
  });
  document.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-bulk-clear]");
    if (clear) tick(clear.form, false);
  });
  document.addEventListener("htmx:load", (event) => {
    const form = event.detail.elt.closest?.("form") ?? event.detail.elt.querySelector?.("form");
    if (form) show(form);
  });

  /* The sheet shows the row and cell at hand, without the page moving. */
  const bring = () => {
    const row = document.querySelector(".q-sheet .is-selected");
    const place = row?.closest(".q-tw");
    if (!place) return;
    const [inner, outer] = [row.getBoundingClientRect(), place.getBoundingClientRect()];
    const head = place.querySelector("thead").getBoundingClientRect().height;
    if (inner.top < outer.top + head || inner.bottom > outer.bottom) place.scrollTop += inner.top - outer.top - outer.height / 3;
    const cell = row.querySelector(".is-picked")?.getBoundingClientRect();
    if (cell && (cell.right > outer.right || cell.left < outer.left)) place.scrollLeft += cell.left - outer.left - outer.width / 2;
  };
  document.addEventListener("htmx:load", bring);
  bring();
  for (const bar of document.querySelectorAll("[data-bulk]")) show(bar.closest("form"));
})();
