// Passkeys: makes one, signs in with one, signs a decision with one (W3C Web Authentication Level 3).
// A form says by `data-passkey` what it wants; what the browser gives goes into its hidden field as JSON.
(() => {
  "use strict";

  const TAKEN = [-7, -257, -8]; // ES256, RS256, EdDSA: what the server can check

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const written = (form) => JSON.parse(document.getElementById(form.dataset.options).textContent);

  const told = (credential, response) => ({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  async function make(form) {
    const options = written(form).creation_options.publicKey;
    const credential = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
        pubKeyCredParams: options.pubKeyCredParams.filter((one) => TAKEN.includes(one.alg)),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      },
    });
    return told(credential, {
      clientDataJSON: text(credential.response.clientDataJSON),
      attestationObject: text(credential.response.attestationObject),
    });
  }

  const get = (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: named(options.allowCredentials),
      },
    });

  async function identify(options) {
    const credential = await get(options);
    const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
    return told(credential, {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  }

  async function signIn(form) {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return identify((await answer.json()).request_options.publicKey);
  }

  async function sign(form) {
    const { challenges, ...options } = written(form);
    const chosen = new FormData(form).get("decided");
    if (!chosen) return null; // the server says what is missing
    const credential = await get({ ...options, challenge: challenges[chosen] });
    return {
      credential: credential.id,
      authenticator_data: text(credential.response.authenticatorData),
      client_data: text(credential.response.clientDataJSON),
      signature: text(credential.response.signature),
    };
  }

  const ways = { make, "sign-in": signIn, use: (form) => identify(written(form).request_options.publicKey), sign };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const say = (name) => {
      for (const one of form.querySelectorAll("[data-said]")) one.hidden = one.dataset.said !== name;
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say("");
      if (!window.PublicKeyCredential) return say("unable");
      try {
        const given = await ways[form.dataset.passkey](form);
        form.elements[form.dataset.field].value = given ? JSON.stringify(given) : "";
      } catch {
        return say("failed"); // cancelled, too slow, or no passkey of this site on this device
      }
      form.submit();
    });
  }
})();
