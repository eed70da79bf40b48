// Large lists: the chosen file goes up in pieces, each a request of its own, so that a broken connection costs one
// piece. Without this script the form sends the file itself, which the server takes up to 10 MB.
"use strict";

const MOST_TRIES = 6;

async function sendPiece(address, token, piece, offset) {
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
  const answer = await fetch(`${address}?offset=${offset}`, { method: "POST", headers, body: piece });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).size;
}

/** Not `form.dataset`: that is the field of this name. */
const told = (form, name) => form.getAttribute(`data-${name}`);

async function sendFile(form, file, shown) {
  const [pieces, largest] = [told(form, "pieces"), Number(told(form, "largest"))];
  const token = form.elements.csrf_token.value;
  for (let offset = 0, tries = 0; offset < file.size; ) {
    try {
      const end = Math.min(file.size, offset + largest);
      await sendPiece(pieces, token, file.slice(offset, end), offset);
      [offset, tries] = [end, 0];
    } catch (problem) {
      tries += 1;
      if (tries === MOST_TRIES || /^4/.test(problem.message)) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
    }
    shown.value = (100 * offset) / file.size;
  }
}

function nameOf(form, file) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "name", value: file.name });
  form.append(field);
}

document.querySelector("form[data-pieces]")?.addEventListener("submit", async (event) => {
  const form = event.target;
  const file = form.elements.file.files[0];
  if (!file || form.elements.url.value) return;
  event.preventDefault();
  const sending = document.getElementById("sending");
  const button = form.querySelector("button");
  sending.hidden = false;
  if (file.size > Number(told(form, "most"))) {
    sending.querySelector("[role=status]").textContent = told(form, "too-large");
    return;
  }
  button.disabled = true;
  try {
    await sendFile(form, file, sending.querySelector("progress"));
    nameOf(form, file);
    form.elements.file.disabled = true;
    form.submit();
  } catch {
    sending.querySelector("[role=status]").textContent = told(form, "failed");
    button.disabled = false;
  }
});
