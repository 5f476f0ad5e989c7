// How often the page is refreshed: kept for the user by the server.

export function watchEvery(page, refresher) {
  const select = document.getElementById("every");
  select.parentElement.hidden = false;
  select.addEventListener("change", () => {
    refresher.setEvery(Number(select.value));
    const body = new URLSearchParams({ seconds: select.value });
    // Refused or lost: it holds for this page all the same.
    fetch(page.dataset.refresh, { method: "POST", body, headers: { "X-CSRFToken": page.dataset.csrf } }).catch(() => {});
  });
}
