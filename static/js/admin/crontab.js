/* Says in words when the chosen crontab runs, in the form of a periodic task. */

const readable = JSON.parse(document.getElementById("readable-crontabs").textContent);
const row = document.querySelector(".field-crontab");
const select = document.getElementById("id_crontab");
const help = row?.querySelector(".help");

document.querySelector(".field-crontab_translation")?.setAttribute("hidden", "");
if (select && help) {
  const words = help.appendChild(document.createElement("div"));
  const say = () => {
    words.textContent = readable[select.value] ?? "";
  };
  select.addEventListener("change", say);
  say();
}
