// The colours that canvas needs, read from the style sheet, and a call when they change.

const NAMES = {
  lines: ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5"],
  text: "--quiet",
  grid: "--edge",
  panel: "--panel",
  normal: "--normal-text",
  warning: "--warning-text",
  critical: "--critical-text",
  unknown: "--quiet",
};

/** The computed colours: a custom property would give its light-dark() pair unresolved. */
export function colours() {
  const probe = document.createElement("span");
  document.getElementById("dashboard").append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    lines: NAMES.lines.map(read),
    text: read(NAMES.text),
    grid: read(NAMES.grid),
    panel: read(NAMES.panel),
    normal: read(NAMES.normal),
    warning: read(NAMES.warning),
    critical: read(NAMES.critical),
    unknown: read(NAMES.unknown),
  };
  probe.remove();
  return found;
}

export function onThemeChange(call) {
  const options = { attributes: true, attributeFilter: ["data-theme"] };
  new MutationObserver(call).observe(document.documentElement, options);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", call);
  }
}
