// Draws the map of a roadmap: phases as sections, steps as buttons, and a line from each step to those that build on it.
// What it draws comes from documents, so it is only ever set as text; nothing is fetched.

const SVG = "http://www.w3.org/2000/svg";
const MARKS = { done: "✓ Done", doing: "◐ Doing", ready: "▸ Ready to start", open: "" };
const SMALLEST = 0.15, LARGEST = 2;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let map = parentElement.roadmapMap;
  if (!map) map = parentElement.roadmapMap = begin(parentElement);
  map.open = (id) => setTriggerValue("opened", id);
  const told = JSON.stringify(data.phases);
  if (told !== map.told) {
    const focused = map.root.getRootNode().activeElement;
    const held = focused && focused.dataset ? focused.dataset.step : null;
    map.told = told;
    draw(map, data.phases);
    if (held && map.steps.has(held)) map.steps.get(held).button.focus({ preventScroll: true });
  }
  if (map.shown && !data.open && map.steps.has(map.shown)) map.steps.get(map.shown).button.focus({ preventScroll: true });
  map.shown = data.open;
  return () => { map.observer.disconnect(); parentElement.roadmapMap = null; map.root.remove(); };
}

function begin(parent) {
  const map = { zoom: 1, steps: new Map(), edges: [], told: "", shown: "", lit: "" };
  map.root = make("div", "map");
  map.root.append(tools(map));
  map.sheet = make("div", "sheet");
  map.sheet.setAttribute("role", "group");
  map.sheet.setAttribute("aria-label", "Map of the steps. Arrow keys move from step to step, Enter opens one.");
  map.root.append(map.sheet);
  map.root.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(map, map.zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  }, { passive: false });
  map.sheet.addEventListener("keydown", (event) => move(map, event));
  map.observer = new ResizeObserver(() => connect(map));
  map.observer.observe(map.sheet);
  parent.append(map.root);
  return map;
}

function tools(map) {
  const bar = make("div", "tools");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Size of the map");
  const button = (label, text, act) => {
    const made = make("button", "tool", text);
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", act);
    return made;
  };
  map.told_zoom = make("span", "percent", "100 %");
  map.told_zoom.setAttribute("role", "status");
  bar.append(
    button("Smaller", "−", () => zoom(map, map.zoom / 1.2)),
    map.told_zoom,
    button("Larger", "+", () => zoom(map, map.zoom * 1.2)),
    button("Fit the whole map into the window", "Fit", () => fit(map)),
    button("Normal size", "1:1", () => zoom(map, 1)),
  );
  return bar;
}

function draw(map, phases) {
  map.sheet.replaceChildren();
  map.steps = new Map();
  map.lit = "";
  map.lines = document.createElementNS(SVG, "svg");
  map.lines.setAttribute("aria-hidden", "true");
  map.lines.setAttribute("class", "lines");
  map.sheet.append(map.lines);
  phases.forEach((phase, number) => {
    const section = make("section", "phase");
    const heading = make("h3", "name");
    heading.append(make("span", "", phase.title));
    heading.id = `roadmap-phase-${number}`;
    heading.append(make("span", "count", phase.count));
    section.setAttribute("aria-labelledby", heading.id);
    const list = make("ul", "steps");
    for (const step of phase.steps) {
      const entry = make("li", "entry");
      const button = make("button", `step ${step.state}`);
      button.type = "button";
      button.dataset.step = step.id;
      button.tabIndex = map.steps.size ? -1 : 0;
      button.append(make("span", "title", step.title));
      if (step.facts) button.append(make("span", "facts", step.facts));
      if (MARKS[step.state]) button.append(make("span", "mark", MARKS[step.state]));
      button.addEventListener("click", () => map.open(step.id));
      button.addEventListener("focus", () => { only(map, button); light(map, step.id); });
      button.addEventListener("blur", () => light(map, ""));
      button.addEventListener("pointerenter", () => light(map, step.id));
      button.addEventListener("pointerleave", () => light(map, ""));
      entry.append(button);
      list.append(entry);
      map.steps.set(step.id, { button, needs: step.needs });
    }
    section.append(heading, list);
    map.sheet.append(section);
  });
  connect(map);
}

function connect(map) {
  const sheet = map.sheet.getBoundingClientRect();
  if (!sheet.width) return;
  map.lines.setAttribute("viewBox", `0 0 ${sheet.width} ${map.sheet.scrollHeight}`);
  map.lines.replaceChildren();
  map.edges = [];
  for (const [id, step] of map.steps) {
    for (const need of step.needs) {
      const from = map.steps.get(need);
      if (!from) continue;
      const a = from.button.getBoundingClientRect(), b = step.button.getBoundingClientRect();
      const line = document.createElementNS(SVG, "path");
      line.setAttribute("class", "line");
      line.setAttribute("d", way(a, b, sheet));
      map.lines.append(line);
      map.edges.push({ from: need, to: id, line });
    }
  }
  light(map, map.lit);
}

// From the bottom of one step to the top of another; side to side where they stand in one row.
function way(a, b, sheet) {
  if (Math.abs(a.top - b.top) < 4) {
    const right = a.left < b.left;
    const x1 = (right ? a.right : a.left) - sheet.left, x2 = (right ? b.left : b.right) - sheet.left;
    const y = a.top + a.height / 2 - sheet.top, bow = Math.min(30, Math.abs(x2 - x1) / 3);
    return `M${x1},${y} C${x1 + (right ? bow : -bow)},${y - bow} ${x2 - (right ? bow : -bow)},${y - bow} ${x2},${y}`;
  }
  const down = a.top < b.top;
  const x1 = a.left + a.width / 2 - sheet.left, y1 = (down ? a.bottom : a.top) - sheet.top;
  const x2 = b.left + b.width / 2 - sheet.left, y2 = (down ? b.top : b.bottom) - sheet.top;
  const bend = Math.max(16, Math.min(90, Math.abs(y2 - y1) / 2)) * (down ? 1 : -1);
  return `M${x1},${y1} C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}`;
}

// Sets off a step with all it builds on and what directly builds on it.
function light(map, id) {
  map.lit = id;
  const before = new Set(), waiting = id ? [id] : [];
  while (waiting.length) {
    for (const need of map.steps.get(waiting.pop())?.needs ?? []) {
      if (!before.has(need)) { before.add(need); waiting.push(need); }
    }
  }
  const after = new Set(map.edges.filter((edge) => edge.from === id).map((edge) => edge.to));
  map.sheet.classList.toggle("lit", Boolean(id));
  for (const [key, step] of map.steps) {
    step.button.classList.toggle("before", before.has(key));
    step.button.classList.toggle("after", after.has(key));
    step.button.classList.toggle("this", key === id);
  }
  for (const edge of map.edges) {
    const up = (before.has(edge.to) || edge.to === id) && before.has(edge.from);
    const strong = Boolean(id) && (up || edge.from === id);
    edge.line.classList.toggle("strong", strong);
    if (strong) map.lines.append(edge.line);  // above the others
  }
}

// One stop for the Tab key; inside, the arrow keys go to the nearest step in their direction.
function move(map, event) {
  const here = event.target;
  if (!here.dataset || !here.dataset.step) return;
  const all = [...map.steps.values()].map((step) => step.button);
  let goal = null;
  if (event.key === "Home") goal = all[0];
  else if (event.key === "End") goal = all[all.length - 1];
  else if (event.key === "ArrowRight") goal = all[all.indexOf(here) + 1];
  else if (event.key === "ArrowLeft") goal = all[all.indexOf(here) - 1];
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") goal = nearest(all, here, event.key === "ArrowDown");
  else return;
  event.preventDefault();
  if (goal) { goal.focus(); goal.scrollIntoView({ block: "nearest", inline: "nearest" }); }
}

function nearest(all, here, down) {
  const box = here.getBoundingClientRect(), middle = (other) => other.left + other.width / 2;
  let best = null, least = Infinity;
  for (const button of all) {
    const other = button.getBoundingClientRect();
    const rows = down ? other.top - box.bottom : box.top - other.bottom;
    if (rows < -2) continue;
    const distance = rows * 4 + Math.abs(middle(other) - middle(box));
    if (distance < least) { least = distance; best = button; }
  }
  return best;
}

function only(map, button) {
  for (const step of map.steps.values()) step.button.tabIndex = step.button === button ? 0 : -1;
}

function zoom(map, factor) {
  map.zoom = Math.min(LARGEST, Math.max(SMALLEST, factor));
  map.sheet.style.setProperty("--zoom", map.zoom);
  map.told_zoom.textContent = `${Math.round(map.zoom * 100)} %`;
  connect(map);
}

function fit(map) {
  const room = window.innerHeight - 140;
  let factor = 1;
  do {
    map.sheet.style.setProperty("--zoom", factor);
    if (map.sheet.offsetHeight <= room) break;
    factor -= 0.05;
  } while (factor > SMALLEST);
  zoom(map, factor);
  map.root.scrollIntoView({ block: "start" });
}

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
