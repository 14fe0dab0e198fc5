"""Colours and type of the chat, light and dark; which of the two is shown follows the learner's system."""

from __future__ import annotations

_BOTH = {
    "font": "sans-serif",
    "baseRadius": "0.6rem",
    "showWidgetBorder": "true",
    "linkUnderline": "true",
}
_LIGHT = {
    "primaryColor": "#0F6B5C",
    "backgroundColor": "#FFFFFF",
    "secondaryBackgroundColor": "#F3F6F5",
    "textColor": "#17211F",
    "linkColor": "#0B5F8A",
    "borderColor": "#D5DEDB",
    "sidebar.backgroundColor": "#F3F6F5",
    "sidebar.secondaryBackgroundColor": "#FFFFFF",
}
_DARK = {
    "primaryColor": "#5CC9B5",
    "backgroundColor": "#121816",
    "secondaryBackgroundColor": "#1C2421",
    "textColor": "#E8EEEC",
    "linkColor": "#7CC4EE",
    "borderColor": "#35413D",
    "sidebar.backgroundColor": "#181F1D",
    "sidebar.secondaryBackgroundColor": "#232C29",
}

THEME = {
    **{f"theme.{name}": value for name, value in _BOTH.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}
