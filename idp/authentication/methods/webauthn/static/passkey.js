/* Asks the browser for a passkey, or to make one, and posts what it says by the form of the page. Where it cannot, the form stays
   shut and the page says so. */
const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("button");
const waiting = document.getElementById("passkey-waiting");
const trouble = document.getElementById("passkey-trouble");
const ceremonies = {
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};
const words = { NotAllowedError: form.dataset.refused, InvalidStateError: form.dataset.known };

function show(text) {
  trouble.querySelector("h2").textContent = text;
  trouble.hidden = !text;
}

async function ask() {
  button.disabled = true;
  waiting.textContent = form.dataset.waiting;
  document.getElementById("error")?.remove();      // said of the answer before
  show("");
  try {
    const credential = await ceremonies[form.dataset.passkey](JSON.parse(form.dataset.options));
    form.elements.credential.value = JSON.stringify(credential);   // its toJSON
    HTMLFormElement.prototype.submit.call(form);                   // form.submit is the button of that id
  } catch (error) {
    show(words[error.name] || form.dataset.failed);
    waiting.textContent = "";
    button.disabled = false;
    button.focus();
  }
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.prototype.toJSON) {
  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
} else {
  document.getElementById("passkey-missing").hidden = false;
}
