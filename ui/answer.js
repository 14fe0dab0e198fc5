// Draws an answer from plain values: every word is set as text, so nothing in a document can become markup.
// What is drawn stays: while an answer is being written, sentences are only added, so nothing on the page jumps.

const NAMES = { ul: "ul", ol: "ol" };
const PATIENCE = 10000;  // milliseconds for which a click that was not heard is told again

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector(":scope > .ra-answer");
  if (!root) {
    root = make("div", "ra-answer");
    root.append(make("div", "ra-views"), make("div", "ra-differing"), make("div", "ra-sources"));
    root.state = { views: [], sources: "", differing: "" };
    parentElement.append(root);
    listen(root);
  }
  root.tell = () => setTriggerValue("opened", { marker: root.clicked.marker, click: root.clicked.click });
  if (root.clicked && (root.clicked.click === data.heard || Date.now() > root.clicked.click + PATIENCE)) root.clicked = null;
  if (root.clicked) root.tell();  // nobody has heard it: the part of the page that told it was gone
  root.citations = data.citations;
  root.classList.toggle("ra-running", data.running);
  drawViews(root, data.views);
  const differing = JSON.stringify(data.differing);
  if (differing !== root.state.differing) {
    root.state.differing = differing;
    drawDiffering(root, data.differing);
  }
  const sources = JSON.stringify([data.sources, data.copy]);
  if (sources !== root.state.sources) {
    root.state.sources = sources;
    drawSources(root, data);
  }
  for (const cite of root.querySelectorAll(".ra-cite")) {
    const told = data.citations[cite.dataset.marker];
    cite.classList.toggle("ra-changed", Boolean(told && told.changed));
  }
  return () => hide(root);
}

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawViews(root, views) {
  const holder = root.querySelector(":scope > .ra-views");
  holder.classList.toggle("ra-several", views.length > 1);
  root.state.views.slice(views.length).forEach((view) => view.element.remove());
  root.state.views.length = Math.min(root.state.views.length, views.length);
  views.forEach((view, at) => {
    const shown = view.sentences.map((sentence) => JSON.stringify(sentence));
    let state = root.state.views[at];
    const grown = state && state.title === view.title && state.shown.every((text, i) => text === shown[i]);
    if (!grown) {
      const element = make("section", view.title ? "ra-view ra-card" : "ra-view");
      if (view.title) {
        element.append(make("h4", "ra-title", view.title), make("p", "ra-date", ""));
        element.setAttribute("aria-label", view.title);
      }
      if (state) state.element.replaceWith(element);
      else holder.append(element);
      state = root.state.views[at] = { element, title: view.title, shown: [], paragraph: null, table: null, columns: 0, lists: [] };
    }
    const date = state.element.querySelector(":scope > .ra-date");
    if (date && date.textContent !== view.date) date.textContent = view.date;
    for (let i = state.shown.length; i < shown.length; i += 1) addSentence(root, state, view.sentences[i]);
    state.shown = shown;
  });
}

function addSentence(root, state, sentence) {
  const words = make("span", "ra-sentence");
  write(words, sentence.runs);
  sentence.cites.forEach((marker) => words.append("\u00a0", cite(root, marker)));
  if (sentence.cells) {
    addRow(root, state, sentence);
    return;
  }
  if (sentence.code) {
    addCode(state, sentence, words);
    return;
  }
  state.table = null;
  if (!sentence.item) {
    state.lists = [];
    if (!state.paragraph) state.element.append((state.paragraph = make("p")));
    else state.paragraph.append(" ");
    state.paragraph.append(words);
    return;
  }
  state.paragraph = null;
  const kind = sentence.ordinal === null ? NAMES.ul : NAMES.ol;
  const depth = Math.min(sentence.depth, state.lists.length);
  let list = state.lists[depth];
  if (!list || (list.tagName.toLowerCase() !== kind && depth === 0)) {
    list = make(kind);
    const above = depth > 0 && state.lists[depth - 1].lastElementChild;
    (above || state.element).append(list);
  }
  state.lists = [...state.lists.slice(0, depth), list];
  const item = make("li");
  if (sentence.ordinal !== null && kind === NAMES.ol) item.value = sentence.ordinal;
  else if (/^\d+[.)]\s/.test(words.textContent)) item.className = "ra-numbered";  // a heading that brings its number along
  item.append(words);
  list.append(item);
}

function addCode(state, sentence, words) {
  state.table = state.paragraph = null;
  const inList = state.lists.length && state.lists[state.lists.length - 1].lastElementChild;  // a step's code stays inside the step
  const holder = make("div", "ra-code");
  const lines = make("pre");
  lines.tabIndex = 0;  // so that a long line can be scrolled by keyboard
  lines.append(make("code", "", sentence.code));
  holder.append(lines, words);
  (inList || state.element).append(holder);
}

function addRow(root, state, sentence) {
  state.paragraph = null;
  state.lists = [];
  const first = !state.table || state.columns !== sentence.cells.length;
  if (first) {
    const holder = make("div", "ra-table");
    state.table = make("table");
    state.columns = sentence.cells.length;
    holder.append(state.table);
    state.element.append(holder);
  }
  const row = make("tr", "ra-sentence");
  for (const runs of sentence.cells) {
    const cell = make(first ? "th" : "td");
    write(cell, runs);
    row.append(cell);
  }
  sentence.cites.forEach((marker) => row.lastElementChild.append("\u00a0", cite(root, marker)));
  state.table.append(row);
}

function write(element, runs) {
  for (const [text, address] of runs) element.append(address ? link(text, address) : text);
}

function link(text, address) {
  if (!/^(https?|mailto):/.test(address)) return text;
  const element = make("a", "", text);
  element.href = address;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

function cite(root, marker) {
  const told = root.citations[marker];
  const button = make("button", "ra-cite", String(marker));
  button.type = "button";
  button.dataset.marker = marker;
  button.setAttribute("aria-label", `Source ${marker}: ${told.title}, ${told.place}`);
  return button;
}

// The figures that documents give differently, side by side, each with its document and date.
function drawDiffering(root, positions) {
  const holder = root.querySelector(":scope > .ra-differing");
  holder.replaceChildren();
  if (!positions.length) return;
  const list = make("ul", "ra-positions");
  for (const { figure, marker, title, date } of positions) {
    const card = make("li", "ra-position");
    const words = make("p", "ra-figure", figure);
    words.append("\u00a0", cite(root, marker));
    card.append(words, make("p", "ra-by", title));
    if (date) card.append(make("p", "ra-when", date));
    list.append(card);
  }
  holder.append(make("p", "ra-differ", "The documents give different figures"), list);
}

function drawSources(root, data) {
  const holder = root.querySelector(":scope > .ra-sources");
  holder.replaceChildren();
  if (!data.sources.length && !data.copy) return;
  const list = make("div", "ra-list");
  if (data.sources.length) list.append(make("span", "ra-label", data.sources.length > 1 ? "Sources" : "Source"));
  for (const source of data.sources) {
    const button = make("button", "ra-source");
    button.type = "button";
    button.dataset.marker = source.first;
    button.append(make("span", "ra-numbers", source.numbers), make("span", "ra-name", source.title));
    if (source.date) button.append(make("span", "ra-when", source.date));
    if (source.changed) button.append(make("span", "ra-warning", source.changed));
    list.append(button);
  }
  holder.append(list);
  if (data.copy) holder.append(copyButton(data.copy));
}

function copyButton(text) {
  const button = make("button", "ra-copy", "Copy");
  button.type = "button";
  button.title = "Copy the answer with its sources, as Markdown";
  const said = make("span", "ra-said");
  said.setAttribute("role", "status");
  button.append(said);
  button.addEventListener("click", async () => {
    const copied = await toClipboard(text);
    button.firstChild.textContent = copied ? "Copied" : "Press Ctrl+C";
    said.textContent = copied ? " The answer was copied." : "";
    setTimeout(() => { button.firstChild.textContent = "Copy"; said.textContent = ""; }, 2000);
  });
  return button;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {  // no permission, or an address that is not this machine's without https
    const field = make("textarea", "ra-hidden");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

// The quote beside its number: at once on focus, after a moment under the pointer; it can be pointed at, and Escape closes it.
function listen(root) {
  const cited = (event) => event.target.closest && event.target.closest(".ra-cite");
  root.addEventListener("click", (event) => {
    const button = event.target.closest(".ra-cite, .ra-source");
    if (!button) return;
    hide(root);
    root.clicked = { marker: Number(button.dataset.marker), click: Date.now() };
    root.tell();
  });
  root.addEventListener("mouseover", (event) => {
    if (event.target.closest(".ra-tip")) clearTimeout(root.closing);
    const button = cited(event);
    if (!button) return;
    clearTimeout(root.closing);
    clearTimeout(root.opening);
    root.opening = setTimeout(() => show(root, button), root.tip ? 0 : 120);
  });
  root.addEventListener("mouseout", (event) => {
    clearTimeout(root.opening);
    if (cited(event) || event.target.closest(".ra-tip")) root.closing = setTimeout(() => hide(root), 200);
  });
  root.addEventListener("focusin", (event) => {
    const button = cited(event);
    if (button && button.matches(":focus-visible")) show(root, button);
  });
  root.addEventListener("focusout", () => hide(root));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.tip) { event.stopPropagation(); hide(root); }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const button = cited(event);
    if (!step || !button) return;
    const all = [...root.querySelectorAll(".ra-cite")];
    const next = all[all.indexOf(button) + step];
    if (next) { event.preventDefault(); next.focus(); }
  });
}

function show(root, button) {
  const told = root.citations[button.dataset.marker];
  if (!told || !button.isConnected) return;
  hide(root);
  const tip = (root.tip = make("div", "ra-tip"));
  tip.id = `ra-tip-${Math.random().toString(36).slice(2)}`;
  tip.setAttribute("role", "tooltip");
  tip.append(make("div", "ra-where", `${told.title} · ${told.place}`), make("div", "ra-quote", `“${told.quote}”`));
  if (told.changed) tip.append(make("div", "ra-warning", `The source: ${told.changed}`));
  root.append(tip);
  button.setAttribute("aria-describedby", tip.id);
  root.described = button;
  const at = button.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const page = root.closest('[data-testid="stMain"], [role="dialog"]');  // the sidebar lies above it
  const edge = page ? Math.max(0, page.getBoundingClientRect().left) : 0;
  const left = Math.max(edge + 8, Math.min(at.left + at.width / 2 - size.width / 2, window.innerWidth - size.width - 8));
  const below = at.bottom + 6 + size.height <= window.innerHeight || at.top < size.height + 12;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + 6 : at.top - size.height - 6}px`;
  root.away = () => hide(root);
  window.addEventListener("scroll", root.away, { capture: true, once: true });
}

function hide(root) {
  clearTimeout(root.opening);
  clearTimeout(root.closing);
  if (root.away) window.removeEventListener("scroll", root.away, { capture: true });
  if (root.described) root.described.removeAttribute("aria-describedby");
  if (root.tip) root.tip.remove();
  root.tip = root.described = root.away = null;
}
