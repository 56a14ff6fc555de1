/* A form with data-check="ADDRESS" is told what is wrong with a field while it is filled in: after a pause in typing, and when
   the field is left. The form is judged again when it is sent, with or without this script.

   The page brings <template id="field-error"> with the part that shows an error. */

const PAUSE = 700;
const template = document.getElementById("field-error");

function shownError(input) {
  return document.getElementById(`${input.id}-error`);
}

function describe(input, id, isThere) {
  const names = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (isThere) names.add(id);
  else names.delete(id);
  if (names.size) input.setAttribute("aria-describedby", [...names].join(" "));
  else input.removeAttribute("aria-describedby");
}

function show(input, sentence) {
  const id = `${input.id}-error`;
  describe(input, id, sentence !== null);
  if (sentence === null) {
    shownError(input)?.remove();
    return input.removeAttribute("aria-invalid");
  }
  let error = shownError(input);
  if (!error) {
    error = template.content.firstElementChild.cloneNode(true);
    error.id = id;
    error.setAttribute("aria-live", "polite");
    input.closest(".field").append(error);
  }
  error.querySelector("span").textContent = sentence;
  input.setAttribute("aria-invalid", "true");
}

function watch(form) {
  const token = form.elements.csrf_token.value;
  const timers = new Map();
  const asked = new Map();

  async function check(input) {
    clearTimeout(timers.get(input));
    const value = input.value;
    if (value === "" && !shownError(input)) return; // an empty field is told about when the form is sent
    if (asked.get(input) === value) return;
    asked.set(input, value);
    try {
      const body = new URLSearchParams({ csrf_token: token, field: input.name, value });
      const answer = await fetch(form.dataset.check, { method: "POST", body, cache: "no-store" });
      if (answer.ok && input.value === value) show(input, (await answer.json()).error);
    } catch {
      asked.delete(input); // the server will tell when the form is sent
    }
  }

  for (const input of form.querySelectorAll(".field input.input, .field select.input")) {
    input.addEventListener("input", () => {
      clearTimeout(timers.get(input));
      timers.set(input, setTimeout(check, PAUSE, input));
    });
    input.addEventListener("change", () => check(input));
  }
}

for (const form of document.querySelectorAll("form[data-check]")) watch(form);
