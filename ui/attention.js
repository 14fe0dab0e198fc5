// Leads eyes and keys, and keeps what was typed. It is told identifiers and a draft of the learner's own, never words of a document.
//   conversation: the place to ask is focused when it changes, and what was typed there before a reload or a change of page comes back;
//                 on a phone, the sidebar in front of it is closed
//   exchange:     the newest exchange; a new one is scrolled to its top, and then left alone
//   latest:       its last message; when that is another version of an answer, the exchange is scrolled to its top once more
//   top:          when it changes, the page is shown from its beginning
//   restore:      words to put back into the place to ask, because they could not be asked; `restored` tells one time from another

const FIELD = '[data-testid="stChatInputTextArea"]';

export default function (component) {
  const told = component.data || {};
  const before = window.roadmapAttention || {};
  window.roadmapAttention = told;
  keepDraft();
  keepFocus();
  const follow = followed();
  if (told.restore && told.restored !== before.restored) whenThere(() => fill(told.restore));
  whenThere((field) => {
    if (field === window.roadmapField && told.conversation === before.conversation) return;
    window.roadmapField = field;  // another one after a reload and after another page
    uncover();
    const draft = sessionStorage.getItem(draftKey(told.conversation));
    if (draft && !field.value) fill(draft);
    const pointer = window.matchMedia("(hover: hover)").matches;  // on a phone, focus would raise the keyboard
    const free = !document.activeElement || document.activeElement === document.body;
    if (pointer && free) field.focus({ preventScroll: true });
  });
  const page = document.querySelector('[data-testid="stMain"]');
  if (!page) return;
  if (told.top && told.top !== before.top) page.scrollTo({ top: 0 });
  if (told.latest && told.latest !== before.latest && told.exchange === before.exchange) follow(page);
}

function draftKey(conversation) {
  return `roadmap-draft-${conversation}`;
}

function keepDraft() {
  if (window.roadmapDraft) return;
  window.roadmapDraft = true;
  const key = () => draftKey((window.roadmapAttention || {}).conversation);
  document.addEventListener("input", (event) => {
    if (!event.target.matches || !event.target.matches(FIELD)) return;
    if (event.target.value) sessionStorage.setItem(key(), event.target.value);
    else sessionStorage.removeItem(key());
  }, true);
  const sent = () => {  // the words leave the field without an input event; they stay a draft if they do not leave it
    const then = key(), field = document.querySelector(FIELD), words = field && field.value;
    if (!words) return;
    sessionStorage.removeItem(then);
    setTimeout(() => { if (field.isConnected && field.value === words) sessionStorage.setItem(then, words); }, 500);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.matches && event.target.matches(FIELD)) sent();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest('[data-testid="stChatInputSubmitButton"]')) sent();
  }, true);
}

// What was reached by key and goes, as a button that was pressed or one to stop an answer that has ended, takes the focus with it;
// the place to ask has it then, however long the server took. A dialog that closes gives it back by itself, and goes before.
function keepFocus() {
  if (window.roadmapFocus) return;
  window.roadmapFocus = true;
  let held = null;
  const reach = (event) => {
    const reached = event.target;
    held = reached !== document.body && reached.matches && reached.matches(":focus-visible") ? reached : null;
  };
  const catchIt = () => {
    const field = document.querySelector(FIELD);
    if (field && document.activeElement === document.body) field.focus({ preventScroll: true });
  };
  document.addEventListener("focusin", reach, true);
  document.addEventListener("keydown", reach, true);  // what a pointer had focused is reached by key from now on
  document.addEventListener("pointerdown", () => { held = null; }, true);
  new MutationObserver(() => {
    if (!held || held.isConnected) return;
    held = null;
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(catchIt, 100)));
  }).observe(document.body, { childList: true, subtree: true });
}

function whenThere(then) {
  let tries = 0;
  const look = () => {
    const field = document.querySelector(FIELD);
    if (field) then(field);
    else if ((tries += 1) < 50) setTimeout(look, 40);
  };
  look();
}

// On a phone the sidebar lies over the page: it is put away once a conversation was chosen there.
function uncover() {
  const sidebar = document.querySelector('[data-testid="stSidebar"]');
  if (!sidebar || sidebar.getBoundingClientRect().right <= 0 || !window.matchMedia("(max-width: 768px)").matches) return;
  const button = sidebar.querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (button) button.click();
}

function fill(words) {
  const field = document.querySelector(FIELD);
  if (!field) return;
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, words);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Where the bar at the top of the window ends.
function header() {
  const bar = document.querySelector('[data-testid="stHeader"]');
  return bar ? bar.getBoundingClientRect().bottom : 60;
}

// Holds the newest exchange at the top of the window for a moment, from when it is there: a mutation is heard of before it is painted,
// so that no number of a citation moves away under a pointer that is about to press it. The reader's own scrolling ends it.
function followed() {
  if (window.roadmapFollow) return window.roadmapFollow;
  let newest = "", until = 0;
  const follow = (page) => {
    until = performance.now() + 1250;
    hold(page);
  };
  const look = () => {
    const page = document.querySelector('[data-testid="stMain"]');
    const asked = page && page.querySelector('.st-key-latest [class*="st-key-asked-"]');
    if (!asked) return;
    const exchange = [...asked.classList].find((name) => name.startsWith("st-key-asked-"));
    if (exchange !== newest) {
      newest = exchange;
      follow(page);
    } else if (performance.now() < until) hold(page);
  };
  const end = () => { until = 0; };
  for (const sign of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(sign, end, { capture: true, passive: true });
  }
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver(look).observe(document.body, changes);
  look();
  window.roadmapFollow = follow;
  return follow;
}

function hold(page) {
  const latest = page.querySelector(".st-key-latest");
  if (!latest) return;
  const top = page.scrollTop + latest.getBoundingClientRect().top - header();
  const wanted = top < 120 ? 0 : Math.min(top, page.scrollHeight - page.clientHeight);  // the first one stands below its title
  if (Math.abs(page.scrollTop - wanted) >= 2) page.scrollTo({ top: wanted });
}
