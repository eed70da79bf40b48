// Passkeys: the one thing on these pages that needs JavaScript. The form carries the server's options; the
// device's answer goes back in its field "credential".
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list || []).map((known) => ({ ...known, id: bytesOf(known.id) }));

function readOptions(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytesOf(options.challenge);
  if (options.user) options.user.id = bytesOf(options.user.id);
  if (options.excludeCredentials) options.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) options.allowCredentials = withBytes(options.allowCredentials);
  return options;
}

function writeCredential(credential) {
  const { response } = credential;
  const sent = { clientDataJSON: textOf(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) sent[name] = textOf(response[name]);
  }
  if (response.getTransports) sent.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: sent,
    extensions: JSON.stringify(credential.getClientExtensionResults()),
  });
}

async function ask(form) {
  try {
    const publicKey = readOptions(form);
    form.elements.credential.value = writeCredential(await navigator.credentials[form.dataset.passkey]({ publicKey }));
    form.submit();
  } catch {
    form.querySelector("[data-passkey-status]").hidden = true;
    form.querySelector("[data-passkey-problem]").hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) ask(form);
