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
  root.append(times(data.times), table(data), lesson(data.explained));
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
    const part = make("span", `ra-part ra-part-${at}`);
    part.style.flexGrow = Math.max(step.seconds / total, 0.004);
    part.title = `${step.name}: ${step.told}`;
    bar.append(part);
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
  const element = make("table");
  const head = make("tr");
  for (const name of ["Rank", "Passage", ...data.explained.map((pair) => pair[0]), "What became of it"]) {
    const cell = make("th", "", name);
    cell.scope = "col";
    const told = data.explained.find((pair) => pair[0] === name);
    if (told) cell.title = told[1];
    head.append(cell);
  }
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  data.candidates.forEach((candidate) => body.append(row(candidate)));
  element.append(top, body);
  holder.append(element);
  return holder;
}

function row(candidate) {
  const line = make("tr", candidate.used ? "ra-used" : "");
  const rank = make("td", "ra-rank", String(candidate.rank));
  if (candidate.moved) {
    const up = candidate.moved > 0;
    const moved = make("small", up ? "ra-up" : "ra-down", `${up ? "▲" : "▼"}${Math.abs(candidate.moved)}`);
    moved.title = `The evidence moved it ${up ? "up" : "down"} by ${Math.abs(candidate.moved)}`;
    rank.append(" ", moved);
  }
  const passage = make("td", "ra-passage");
  passage.append(make("b", "", candidate.title), make("div", "", candidate.place), make("small", "", candidate.words));
  line.append(rank, passage);
  candidate.scores.forEach((score, at) => {
    const cell = make("td", "ra-score", candidate.shown[at]);
    const track = make("div", "ra-track");
    const fill = make("div", `ra-fill ra-fill-${at}`);
    fill.style.width = `${score * 100}%`;
    track.append(fill);
    cell.append(track);
    line.append(cell);
  });
  line.append(make("td", "ra-fate", candidate.fate));
  return line;
}

function lesson(explained) {
  const list = make("dl", "ra-lesson");
  for (const [name, told] of explained) list.append(make("dt", "", name), make("dd", "", told));
  return list;
}
