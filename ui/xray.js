// Draws how an answer was found, from plain values: every word is set as text.

export default function (component) {
  const { data, parentElement } = component;
  const text = JSON.stringify(data);
  let root = parentElement.querySelector(":scope > .ra-xray");
  if (root && root.text === text) return;
  if (root) root.remove();
  root = make("div", "ra-xray");
  root.text = text;
  root.append(make("p", "", data.verdict));
  if (data.note) root.append(make("p", "ra-warning", data.note));
  root.append(times(data.times), lesson(data.explained), table(data));
  parentElement.append(root);
}

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function times(steps) {
  const total = steps.reduce((sum, step) => sum + step.seconds, 0) || 1;
  const figure = make("figure", "ra-times");
  const bar = make("div", "ra-bar");
  const legend = make("figcaption", "");
  steps.forEach((step, at) => {
    const share = make("span", `ra-part ra-part-${at}`);
    share.style.flexGrow = Math.max(step.seconds / total, 0.004);
    share.title = `${step.name}: ${step.told}`;
    bar.append(share);
    const name = make("span", "ra-step");
    name.append(make("i", `ra-dot ra-part-${at}`), `${step.name} ${milliseconds(step.seconds)}`, make("small", "", ` ${step.told}`));
    legend.append(name);
  });
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", steps.map((step) => `${step.name} ${milliseconds(step.seconds)}`).join(", "));
  figure.append(bar, legend);
  return figure;
}

function milliseconds(seconds) {
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds * 1000)} ms`;
}

function table(data) {
  const holder = make("div", "ra-scroll");
  holder.tabIndex = 0;
  holder.setAttribute("role", "region");
  holder.setAttribute("aria-label", "Candidates and their scores");
  const element = part("table", "table");
  const head = part("tr", "row");
  for (const name of ["Rank", "Passage", ...data.explained.map((pair) => pair[0]), "What became of it"]) {
    const cell = part("th", "columnheader", "", name);
    cell.scope = "col";
    const told = data.explained.find((pair) => pair[0] === name);
    if (told) cell.title = told[1];
    head.append(cell);
  }
  const top = part("thead", "rowgroup");
  top.append(head);
  const body = part("tbody", "rowgroup");
  const lines = data.candidates.map((candidate) => row(candidate, data.explained));
  body.append(...lines);
  element.append(top, body);
  holder.append(element);
  const later = lines.filter((line, at) => data.candidates[at].later);
  if (later.length) holder.append(more(later));
  return holder;
}

// A part of a table says what it is: on a telephone it is laid out in another way, and is no table to a screen reader then.
function part(name, role, className, text) {
  const element = make(name, className, text);
  element.setAttribute("role", role);
  return element;
}

function more(later) {
  const button = make("button", "ra-more", later.length === 1 ? "Show one more" : `Show ${later.length} more`);
  button.type = "button";
  later.forEach((line) => { line.hidden = true; });
  button.addEventListener("click", () => {
    later.forEach((line) => { line.hidden = false; });
    later[0].tabIndex = -1;
    later[0].focus({ preventScroll: true });  // keys go on from there
    button.remove();
  });
  return button;
}

function row(candidate, explained) {
  const line = part("tr", "row", candidate.used ? "ra-used" : "");
  const rank = part("td", "cell", "ra-rank", String(candidate.rank));
  if (candidate.moved) {
    const up = candidate.moved > 0;
    const moved = make("small", up ? "ra-up" : "ra-down", `${up ? "▲" : "▼"}${Math.abs(candidate.moved)}`);
    moved.title = `The evidence moved it ${up ? "up" : "down"} by ${Math.abs(candidate.moved)}`;
    rank.append(" ", moved);
  }
  const passage = part("td", "cell", "ra-passage");
  passage.append(make("b", "", candidate.title), make("div", "", candidate.place), make("small", "", candidate.words));
  line.append(rank, passage);
  candidate.scores.forEach((score, at) => {
    const cell = part("td", "cell", "ra-score", candidate.shown[at]);
    cell.dataset.name = explained[at][0];
    const track = make("div", "ra-track");
    const fill = make("div", `ra-fill ra-fill-${at}`);
    fill.style.width = `${score * 100}%`;
    track.append(fill);
    cell.append(track);
    line.append(cell);
  });
  line.append(part("td", "cell", "ra-fate", candidate.fate));
  return line;
}

function lesson(explained) {
  const folded = make("details", "");
  folded.open = !window.matchMedia("(max-width: 640px)").matches;  // on a telephone the candidates would lie far below
  const list = make("dl", "ra-lesson");
  for (const [name, told] of explained) list.append(make("dt", "", name), make("dd", "", told));
  folded.append(make("summary", "", "What the numbers say"), list);
  return folded;
}
