"""Where the learner's eyes and keys are led: the place to ask is focused, and an answer that came at once is read from its top.

The script is a constant; what it is told is two identifiers, never words of a document.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function (component) {
  const told = component.data || {};
  const before = window.roadmapAttention || {};
  window.roadmapAttention = told;
  const pointer = window.matchMedia("(hover: hover)").matches;  // on a phone, focus would raise the keyboard
  if (pointer && told.conversation !== before.conversation) {
    let tries = 0;
    const timer = setInterval(() => {
      const field = document.querySelector('[data-testid="stChatInputTextArea"]');
      const free = !document.activeElement || document.activeElement === document.body;
      if (field && free) field.focus({ preventScroll: true });
      if ((tries += 1) > 15 || !free) clearInterval(timer);
    }, 100);
  }
  const page = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  if (!page) return;
  if (told.top && told.top !== before.top) hold(page, () => 0);
  if (told.answer && told.answer !== before.answer) {
    hold(page, () => {
      const messages = page.querySelectorAll('[data-testid="stChatMessage"]');
      const question = messages[messages.length - 2];
      return question ? page.scrollTop + question.getBoundingClientRect().top - 72 : null;
    });
  }
}

// Streamlit goes on scrolling to the end for a moment after something was added, so a position is held until it stays,
// or until the reader scrolls.
function hold(page, position) {
  let stayed = 0, tries = 0;
  const timer = setInterval(() => {
    const top = position();
    if (top === null || Math.abs(page.scrollTop - top) < 2) stayed += 1;
    else { stayed = 0; page.scrollTo({ top }); }
    if (stayed > 4 || (tries += 1) > 25) clearInterval(timer);
  }, 60);
  for (const sign of ["wheel", "touchmove", "keydown"]) {
    page.addEventListener(sign, () => clearInterval(timer), { once: true, passive: true });
  }
}
"""


def lead_attention(conversation: str, *, answer: str = "", top: str = "") -> None:
    """Focus the place to ask when `conversation` is another one than before; scroll to `answer` when it is new and not "".

    A `top` that is new and not "" scrolls to the beginning of the page.
    """
    draw = st.components.v2.component("roadmap_attention", js=_SCRIPT)
    draw(key="attention", data={"conversation": conversation, "answer": answer, "top": top})
