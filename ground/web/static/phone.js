/* The telephone: new messages appear as they come, and a code is copied by its button. Without this script the page is
   read again by the link «Обновить», and a click selects a code. */

const phone = document.getElementById("phone");
const state = document.getElementById("state");
const said = document.getElementById("said");
const WAIT_SECONDS = 10;
const LONGEST_PAUSE = 30_000;
const PAUSE_WHEN_FULL = 2_000; // all places to wait are taken, and the answer came at once

const pause = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));
const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };

async function read(address, signal) {
  const answer = await fetch(address, { signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/* Listening: one question at a time, and none while nobody looks. */

let isListening = false;
let question = new AbortController();

async function listen() {
  if (isListening) return;
  isListening = true;
  let failures = 0;
  say(state, state.dataset.live);
  while (!document.hidden) {
    try {
      const began = performance.now();
      question = new AbortController();
      const isNew = await ask(question.signal);
      failures = 0;
      say(state, state.dataset.live);
      if (!isNew && performance.now() - began < PAUSE_WHEN_FULL) await pause(PAUSE_WHEN_FULL);
    } catch (error) {
      if (document.hidden) break; // we hung up ourselves
      failures += 1;
      if (failures > 1) say(state, state.dataset.lost); // one lost answer is nothing to talk about
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures));
    }
  }
  isListening = false;
}

async function ask(signal) {
  const { news, last, registryLast, person, application, scanned } = phone.dataset;
  const query = new URLSearchParams({ after: last, registry_after: registryLast, wait_for: WAIT_SECONDS, application, scanned });
  const page = await read(`${news}?${query}`, signal);
  const found = page.getElementById("news");
  for (const clock of document.querySelectorAll(".phone-clock")) say(clock, found.dataset.clock);
  const wasEmptied = Number(found.dataset.last) < Number(last) || Number(found.dataset.registryLast) < Number(registryLast);
  if (found.dataset.person !== person || wasEmptied) {
    await startOver(signal);
    return true;
  }
  const bubbles = [...found.children].reverse().filter((bubble) => !document.getElementById(bubble.id));
  for (const bubble of bubbles) add(bubble);
  Object.assign(phone.dataset, { last: found.dataset.last, registryLast: found.dataset.registryLast });
  if (found.dataset.application === application) return bubbles.length > 0;
  put("notices", page.getElementById("new-notices"));
  put("codes", page.getElementById("new-codes"));
  phone.dataset.application = found.dataset.application;
  return true;
}

function add(bubble) {
  const list = document.getElementById(`${bubble.dataset.channel}-list`);
  bubble.dataset.new = "";
  list.parentElement.querySelector(".empty")?.remove();
  list.prepend(offerCopying(bubble));
}

/* What the application shows now, in place of what it showed. A field that somebody types into is not among it. */
function put(id, fresh) {
  if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
}

/* The seconds of a code run by themselves; the next code comes with the answer to our question. */
setInterval(() => {
  const seconds = document.getElementById("seconds");
  const left = seconds ? Math.max(0, Number(seconds.textContent) - 1) : 0;
  if (!seconds) return;
  say(seconds, String(left));
  document.querySelector("#codes .meter").value = left;
}, 1_000);

/* The newest message is somebody else's, or the outbox was emptied: the same page, as it is now. */
async function startOver(signal) {
  const page = await read(location.href, signal);
  const now = page.getElementById("phone");
  document.title = page.title;
  say(document.getElementById("whose"), page.getElementById("whose").textContent);
  const who = document.getElementById("who");
  who.replaceChildren(...page.getElementById("who").children);
  who.value = now.dataset.person;
  put("application-in", now.querySelector("#application-in"));
  for (const screen of phone.querySelectorAll(".phone:has(.phone-list[aria-relevant])")) {
    const fresh = now.querySelector(`#${screen.id}`);
    const list = screen.querySelector(".phone-list"); // stays: what is added to it is read aloud
    for (const old of screen.querySelectorAll(".phone-address, .empty")) old.remove();
    list.before(...fresh.querySelectorAll(".phone-address"));
    list.after(...fresh.querySelectorAll(".empty"));
    list.replaceChildren(...offerCopying(fresh.querySelector(".phone-list")).children);
  }
  const { last, registryLast, person, application, scanned } = now.dataset;
  Object.assign(phone.dataset, { last, registryLast, person, application, scanned });
}

document.addEventListener("visibilitychange", () => (document.hidden ? question.abort() : listen()));

/* Copying. The clipboard is for https and loopback only; elsewhere the older way still works. */

function offerCopying(element) {
  for (const button of element.querySelectorAll(".copy")) button.hidden = false;
  return element;
}

async function copy(text) {
  if (navigator.clipboard) {
    try { return await navigator.clipboard.writeText(text); } catch { /* not allowed: the older way */ }
  }
  const put = (event) => { event.clipboardData.setData("text/plain", text); event.preventDefault(); };
  document.addEventListener("copy", put, { once: true });
  if (!document.execCommand("copy")) throw new Error("not copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.firstElementChild;
  const before = (button.dataset.before ??= label.textContent);
  await copy(button.dataset.copy);
  label.textContent = button.dataset.done;
  say(said, "");
  say(said, `${button.dataset.done}: ${button.dataset.copy}`);
  await pause(2_000);
  label.textContent = before;
});

offerCopying(document);
listen();
