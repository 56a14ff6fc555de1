/* Signing on the page: a file and its password are read here, the text that stands on the page is signed, and the signature
   alone goes into the form. Where this cannot be done the page keeps its other way, and the part for this one stays hidden.

   File and password stand outside every form and have no names: no browser would send them, whatever became of this script. */

import { Trouble, openContainer } from "./container.js";
import { sign } from "./signature.js";

const part = document.getElementById("sign-here");
const instead = document.getElementById("cannot-sign-here");
const text = document.getElementById("text-to-sign");
const form = document.getElementById("signature-form");
const file = document.getElementById("key-file");
const password = document.getElementById("key-password");
const button = document.getElementById("sign-here-button");
const error = document.getElementById("sign-here-error");

const language = document.documentElement.lang;
const openedAt = performance.now();

/* The provider's clock, which on a test stand is not that of this machine. */
function now() {
  return new Date(Number(part.dataset.now) * 1000 + performance.now() - openedAt);
}

function sentence(trouble) {
  const { name = "", day } = trouble.details ?? {};
  const words = part.dataset[camel(trouble.name)] ?? part.dataset.failed;
  const written = day?.toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" }) ?? "";
  return words.replace("{name}", name).replace("{day}", written);
}

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

function say(trouble) {
  error.querySelector("span").textContent = trouble ? sentence(trouble) : "";
  error.hidden = !trouble;
  const culprit = trouble && (trouble.name === "wrong-password" ? password : file);
  for (const input of [file, password]) {
    if (input === culprit) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  culprit?.focus();
}

/* What stands on the page, with the line ends of the downloaded file, which HTML does not keep. */
function textToSign() {
  return text.textContent.replace(/\r?\n/g, "\r\n");
}

async function makeSignature() {
  const [chosen] = file.files;
  if (!chosen) throw new Trouble("no-file");
  if (chosen.size > Number(part.dataset.largest)) throw new Trouble("no-container");
  return sign(textToSign(), await openContainer(await chosen.arrayBuffer(), password.value), now());
}

async function signAndSend() {
  say(null);
  button.disabled = true;
  try {
    form.elements.signature.value = btoa(String.fromCharCode(...new Uint8Array(await makeSignature())));
    password.value = "";
    file.value = "";
    form.submit();
  } catch (trouble) {
    button.disabled = false;
    say(trouble);
  }
}

if (globalThis.crypto?.subtle && form) {
  instead.hidden = true;
  part.hidden = false;
  button.addEventListener("click", signAndSend);
  password.addEventListener("keydown", (event) => {
    if (event.key === "Enter") signAndSend();
  });
  // A page that the browser brings back from memory must not hold what was typed.
  addEventListener("pageshow", (event) => {
    if (event.persisted) button.disabled = false;
  });
}
