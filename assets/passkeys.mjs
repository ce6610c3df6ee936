// Passkeys: a form with data-passkey asks the device first, and sends what it answers. Without an answer nothing is sent.

const NOT_ANSWERED = "No passkey was given. Nothing was sent: you can try again.";

async function answer(form) {
  const question = JSON.parse(form.dataset.question);
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(question);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(question);
  return navigator.credentials.get({ publicKey });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = form.querySelector("[role=status]");
    note.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify((await answer(form)).toJSON());
    } catch {
      note.textContent = NOT_ANSWERED;
      return;
    }
    form.submit();
  });
}
