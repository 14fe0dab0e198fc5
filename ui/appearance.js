// Colours and text size as chosen in this browser: kept by the browser, applied on every page, told to nobody.

const SIZES = { small: "14px", normal: "", large: "18px", larger: "21px" };
const THEMES = { system: "System", light: "Light", dark: "Dark" };
const SIZE_KEY = "roadmap-text-size";

export default function (component) {
  const { data, parentElement } = component;
  const size = localStorage.getItem(SIZE_KEY) || "normal";
  document.documentElement.style.fontSize = SIZES[size] ?? "";
  if (!data.choose || parentElement.querySelector(".appearance")) return;
  const box = document.createElement("div");
  box.className = "appearance";
  box.append(
    group("Colours", "theme", { system: "As the system", light: "Light", dark: "Dark" }, theme(), (name) => {
      for (const path of [...data.paths, location.pathname]) {
        const key = `stActiveTheme-${path}-v2`;
        if (name === "system") localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(THEMES[name]));
      }
      location.reload();
    }),
    group("Text size", "size", { small: "Small", normal: "Normal", large: "Large", larger: "Very large" }, size, (name) => {
      localStorage.setItem(SIZE_KEY, name);
      document.documentElement.style.fontSize = SIZES[name];
    }),
  );
  parentElement.append(box);
}

function theme() {
  const kept = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`);
  return Object.keys(THEMES).find((name) => JSON.stringify(THEMES[name]) === kept) || "system";
}

function group(label, name, options, chosen, act) {
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = label;
  set.append(legend);
  for (const [value, text] of Object.entries(options)) {
    const line = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: `appearance-${name}`, value, checked: value === chosen });
    input.addEventListener("change", () => act(value));
    line.append(input, text);
    set.append(line);
  }
  return set;
}
