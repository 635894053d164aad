/* Passkeys, and looking at a password while it is typed. Pages say what to do where neither works. */
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  /* What the server sends as text the browser wants as bytes, and the other way round. */
  const listed = (items) => (items ?? []).map((item) => ({ ...item, id: bytes(item.id) }));
  const creation = ({ publicKey: key }) => ({
    ...key,
    challenge: bytes(key.challenge),
    user: { ...key.user, id: bytes(key.user.id) },
    excludeCredentials: listed(key.excludeCredentials),
  });
  const request = ({ publicKey: key }) => ({
    ...key,
    challenge: bytes(key.challenge),
    allowCredentials: listed(key.allowCredentials),
  });
  const answer = (credential) => {
    const { response } = credential;
    const parts = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      parts.attestationObject = text(response.attestationObject);
      parts.transports = response.getTransports?.() ?? [];
    } else {
      parts.authenticatorData = text(response.authenticatorData);
      parts.signature = text(response.signature);
      if (response.userHandle) parts.userHandle = text(response.userHandle);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: parts,
    });
  };

  const ceremony = async (form) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const reply = await fetch(form.dataset.passkeyOptions, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!reply.headers.get("Content-Type")?.includes("json")) {
      location.reload(); // waited too long: the page asks again for what it needs
      return;
    }
    const options = await reply.json();
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: creation(options) })
        : await navigator.credentials.get({ publicKey: request(options) });
    form.querySelector("[data-passkey-answer]").value = answer(credential);
    form.submit();
  };

  const why = (error) =>
    error.name === "InvalidStateError"
      ? "这台设备已经登记过了"
      : "没有完成。按提示用指纹、刷脸或者锁屏密码，再点一次；不行就用别的办法";

  const able = "credentials" in navigator && "PublicKeyCredential" in window;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const trouble = form.querySelector("[data-passkey-trouble]");
    const button = form.querySelector("[data-passkey-button]");
    button.hidden = !able;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trouble.hidden = true;
      button.disabled = true;
      ceremony(form)
        .catch((error) => {
          trouble.textContent = why(error);
          trouble.hidden = false;
        })
        .finally(() => (button.disabled = false));
    });
  }
  if (able) for (const note of document.querySelectorAll("[data-passkey-without]")) note.hidden = true;

  for (const input of document.querySelectorAll("[data-password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm q-reveal";
    button.textContent = "看一眼密码";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "藏起密码" : "看一眼密码";
      button.setAttribute("aria-pressed", String(shown));
    });
    input.after(button);
  }
})();
