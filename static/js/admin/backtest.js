// Shows the backtest below the form of a threshold, and again after each change while it is shown.

const WAIT_MS = 700;
const form = document.getElementById("threshold_form");
const shown = document.getElementById("backtest");
let button = null;
let timer = 0;
let asked = 0;

async function show() {
  const number = ++asked;
  const data = new FormData(form);
  data.set(button.name, button.value);
  shown.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(button.formAction, { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector(".backtest");
    // An answer that was overtaken says something about a form that is gone.
    if (number !== asked) return;
    shown.replaceChildren(found ?? words(`The server answered ${response.status}. Is the session over?`));
  } catch {
    if (number === asked) shown.replaceChildren(words("The server does not answer. Try again."));
  } finally {
    if (number === asked) shown.removeAttribute("aria-busy");
  }
}

function words(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}

form?.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "backtest") return;
  event.preventDefault();
  button = event.submitter;
  show();
});

form?.addEventListener("input", () => {
  clearTimeout(timer);
  if (button) timer = setTimeout(show, WAIT_MS);
});

shown?.addEventListener("click", (event) => {
  const use = event.target.closest(".use-value");
  if (!use) return;
  const field = document.getElementById("id_value");
  field.value = use.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
