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
    const field = document.querySelector('[data-testid="stChatInputTextArea"]');
    if (field) field.focus({ preventScroll: true });
  }
  if (told.top && told.top !== before.top) {
    const begin = () => document.querySelector('[data-testid="stAppScrollToBottomContainer"]')?.scrollTo({ top: 0 });
    requestAnimationFrame(begin);
    setTimeout(begin, 150);
  }
  if (told.answer && told.answer !== before.answer) {
    const show = () => {
      const messages = document.querySelectorAll('[data-testid="stChatMessage"]');
      const question = messages[messages.length - 2];
      if (question) question.scrollIntoView({ block: "start" });
    };
    requestAnimationFrame(show);
    setTimeout(show, 150);  // Streamlit itself scrolls to the end when a message is added
  }
}
"""


def lead_attention(conversation: str, *, answer: str = "", top: str = "") -> None:
    """Focus the place to ask when `conversation` is another one than before; scroll to `answer` when it is new and not "".

    A `top` that is new and not "" scrolls to the beginning of the page.
    """
    draw = st.components.v2.component("roadmap_attention", js=_SCRIPT)
    draw(key="attention", data={"conversation": conversation, "answer": answer, "top": top})
