// Shows what the settings in a form would do: when the page comes, and again after each change.

const WAIT_MS = 500;
const shown = document.querySelector("[data-preview]");
const form = shown?.closest("form");
const names = new RegExp(shown?.dataset.fields ?? "^$");
let timer = 0;
let asked = 0;

async function show() {
  const number = ++asked;
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken" || names.test(name)) data.set(name, value);
  }
  try {
    const response = await fetch(shown.dataset.preview, { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector(".preview");
    // An answer that was overtaken says something about a form that is gone.
    if (number === asked) shown.replaceChildren(...(found ? [found] : []));
  } catch {
    if (number === asked) shown.replaceChildren();
  }
}

if (form) {
  form.addEventListener("input", (event) => {
    if (!names.test(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
  show();
}
