"""Where eyes and keys are led: the place to ask is focused and keeps its draft, an answer is read from its top."""

from __future__ import annotations

from ui.components import draw_attention


def lead_attention(
    conversation: str, *, exchange: str = "", latest: str = "", top: str = "", restore: str = "", restored: int = 0
) -> None:
    """Focus the place to ask when `conversation` is another one than before.

    A new exchange is scrolled to as soon as it is drawn; to `exchange`, the newest one, it is scrolled again when `latest`, its
    last message, is another one than before. To be called before the exchanges are drawn.

    A `top` that is new and not "" scrolls to the beginning of the page. `restore` is put back into the place to ask, once for
    each number `restored`.
    """
    draw_attention(
        {
            "conversation": conversation,
            "exchange": exchange,
            "latest": latest,
            "top": top,
            "restore": restore,
            "restored": restored,
        }
    )
