/* What every page does with scripts. Everything works without them: each part adds to a page that is whole already. */
(() => {
  "use strict";
  const root = document.documentElement;
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target.closest?.(selector);
      if (found) act(found, event);
    });
  const announce = (words) => {
    const place = document.getElementById("q-status");
    if (place) place.textContent = words;
  };

  /* Fonts: fetched only where the device has no Chinese font of its own. The character 一 is one stroke at half height;
     ink at its foot is the box of a missing glyph. */
  const lacksChinese = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 24;
    const pen = canvas.getContext("2d");
    pen.font = "20px sans-serif";
    pen.fillText("一", 0, 20);
    return pen.getImageData(0, 17, 24, 7).data.some((value, at) => at % 4 === 3 && value > 64);
  };
  if (root.dataset.fonts && lacksChinese()) {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = root.dataset.fonts;
    document.head.append(sheet);
  }

  /* Text size: at once, without loading the page anew, so that a half-filled form stays. */
  on("submit", "[data-size-switch]", (form, event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("size", chosen);
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => form.submit());
    root.dataset.size = chosen;
    for (const button of document.querySelectorAll("[data-size-switch] button"))
      button.setAttribute("aria-pressed", String(button.value === chosen));
    announce(`字号已换成“${event.submitter.textContent.trim()}”`);
  });

  /* Menus in place: Escape and a click elsewhere close them. */
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-menu][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* "Read to me": shown only where the browser can speak. */
  const reveal = (part) => {
    if (!("speechSynthesis" in window)) return;
    for (const button of part.querySelectorAll("[data-read][hidden]")) button.hidden = false;
  };
  on("click", "[data-read]", (button) => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      return;
    }
    const part = document.getElementById(button.dataset.read).cloneNode(true);
    for (const silent of part.querySelectorAll("button, .btn, svg, [hidden]")) silent.remove();
    const speech = new SpeechSynthesisUtterance(part.textContent.replace(/\s+/g, " "));
    speech.lang = "zh-CN";
    speech.rate = 0.9;
    speechSynthesis.speak(speech);
  });

  /* Identity number: read back while it is typed. It never says what the last character ought to be. */
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const tidy = (text) =>
    text.normalize("NFKC").replace(/[\s\u200b-\u200f\ufeff\-—–'’]/g, "").toUpperCase();
  const words = (number) => {
    if (number.length < 18) return [`已填 ${number.length} 位，共 18 位`];
    if (number.length > 18) return [`多了 ${number.length - 18} 位，共 18 位`];
    if (!/^\d{17}[\dX]$/.test(number)) return ["有认不出的字，只有数字和最后的 X"];
    const sum = weights.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
    if ("10X98765432"[sum % 11] !== number[17]) return ["号码前后对不上，至少有一位写错了，请再看一眼证件"];
    const [year, month, day] = [number.slice(6, 10), Number(number.slice(10, 12)), Number(number.slice(12, 14))];
    return [`生日 ${year} 年 ${month} 月 ${day} 日`, Number(number[16]) % 2 ? "男" : "女", "对吗？"];
  };
  const readBack = (input) => {
    const place = input.parentElement.querySelector("output");
    const number = tidy(input.value);
    place.hidden = !number;
    const grouped = document.createElement("b");
    grouped.className = "q-mono";
    grouped.textContent = number.replace(/^(.{6})(.{0,8})(.*)$/, "$1 $2 $3").trim();
    const parts = words(number).map((word) => {
      const span = document.createElement("span");
      span.textContent = word;
      return span;
    });
    place.replaceChildren(grouped, ...parts);
  };
  on("input", "[data-identity]", readBack);

  /* A picture is shown before it is sent. */
  on("change", "[data-upload]", (input) => {
    const image = input.closest(".q-upload").querySelector("img");
    const file = input.files[0];
    if (image.src) URL.revokeObjectURL(image.src);
    image.hidden = !file?.type.startsWith("image/");
    if (image.hidden) return;
    image.src = URL.createObjectURL(file);
    image.alt = `您选的照片：${file.name}`;
  });

  /* Half-filled forms: leaving asks first. */
  const touched = new Set();
  on("input", "form[data-guard]", (form) => touched.add(form));
  document.addEventListener("submit", (event) => {
    touched.delete(event.target);
    /* One press, one sending. */
    const button = event.submitter;
    if (button?.form?.method === "post" && !event.defaultPrevented) setTimeout(() => {
      button.disabled = true;
      button.dataset.sent = "";
    });
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("[data-sent]")) button.disabled = false;
  });
  addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected)) event.preventDefault();
  });

  /* Exchanged parts: the focus goes to the new heading or error summary, and the result is said. A progress bar keeps
     the focus where it is and speaks every ten seconds at most. */
  let spokeAt = 0;
  const settled = (part) => {
    if (part.matches?.("[data-job], .q-job")) {
      const now = Date.now();
      if (now - spokeAt < 10000 && part.matches("[data-job]")) return;
      spokeAt = now;
      announce(part.querySelector("[data-job-words]")?.textContent ?? "");
      return;
    }
    const target = part.querySelector?.(".q-errsum") ?? part.querySelector?.("[data-focus]");
    if (target) {
      target.tabIndex = -1;
      target.focus();
    }
    const said = part.querySelector?.("[data-announce]");
    if (said) announce(said.dataset.announce || said.textContent.trim());
  };
  const prepare = (part) => {
    reveal(part);
    for (const input of part.querySelectorAll("[data-identity]")) if (input.value) readBack(input);
  };
  document.addEventListener("htmx:load", (event) => {
    prepare(event.detail.elt);
    if (event.detail.elt !== document.body) settled(event.detail.elt);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  /* An answer without the part that was asked for is another page (to sign in again): go there. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, serverResponse, xhr } = event.detail;
    const wanted = requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select");
    if (!wanted || !xhr.responseURL || !event.detail.shouldSwap) return;
    if (new DOMParser().parseFromString(serverResponse, "text/html").querySelector(wanted)) return;
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  });
  for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    document.addEventListener(trouble, () => announce("没连上，您填的还在，过一会儿再试"));
  prepare(document);
  document.querySelector(".q-errsum")?.focus();
})();
