// Of the settings of kinds only those of the kind that is chosen are shown.

const kind = document.getElementById("id_kind");

function choose() {
  for (const fieldset of document.querySelectorAll("#threshold_form fieldset")) {
    const setting = fieldset.querySelector("[name^='setting_']");
    if (setting) fieldset.hidden = !setting.name.startsWith(`setting_${kind.value}_`);
  }
}

kind?.addEventListener("change", choose);
if (kind) choose();
