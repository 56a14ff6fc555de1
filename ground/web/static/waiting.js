/* A page that waits for an answer given elsewhere: it asks how things stand, and sends its own form when they have changed.
   Without this script the button of the form does the same. */

const waiting = document.getElementById("waiting");
const EVERY = 1_500;
const LONGEST_PAUSE = 15_000;

const pause = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));

async function wait() {
  const form = document.getElementById(waiting.dataset.form);
  waiting.hidden = false;
  let next = EVERY;
  for (;;) {
    await pause(next);
    try {
      const answer = await fetch(waiting.dataset.state, { cache: "no-store" });
      if (answer.status === 404) return;
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      next = EVERY;
      if ((await answer.json()).state !== "waiting") return form.requestSubmit();
    } catch {
      next = Math.min(LONGEST_PAUSE, next * 2); // the provider is being started anew, or we asked too fast
    }
  }
}

if (waiting) wait();
