"""Colours and type of the chat, light and dark; which of the two is shown follows the learner's system."""

from __future__ import annotations

# Drawn here because Streamlit loads icons given by name from the internet when they become the icon of the browser's tab.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#0F6B5C"/>'
    '<path d="M18 48V26a10 10 0 0 1 20 0v12a8 8 0 0 0 16 0V20" transform="translate(-4 0)" fill="none" stroke="#fff" '
    'stroke-width="6" stroke-linecap="round"/><circle cx="14" cy="50" r="5" fill="#fff"/>'
    '<circle cx="50" cy="15" r="5" fill="#8FE3D1"/></svg>'
)

_BOTH = {
    "font": "sans-serif",
    "baseRadius": "0.6rem",
    "showWidgetBorder": "true",
    "linkUnderline": "true",
    "headingFontSizes": '["1.9rem", "1.5rem", "1.25rem", "1.1rem", "1rem", "0.9rem"]',
}
_LIGHT = {
    "primaryColor": "#0F6B5C",
    "backgroundColor": "#FFFFFF",
    "secondaryBackgroundColor": "#F3F6F5",
    "textColor": "#17211F",
    "linkColor": "#0B5F8A",
    "borderColor": "#D5DEDB",
    "chartCategoricalColors": '["#0F6B5C", "#C2571A", "#2F6FB7", "#7A4FB5", "#8A6D00", "#B23A6B"]',
    "yellowBackgroundColor": "#FFE99A",
    "yellowTextColor": "#5C4400",
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
    "chartCategoricalColors": '["#5CC9B5", "#F4A261", "#7CC4EE", "#C3A2F2", "#E3C75F", "#F291B5"]',
    "yellowBackgroundColor": "#6A5A14",
    "yellowTextColor": "#FFF0B8",
    "sidebar.backgroundColor": "#181F1D",
    "sidebar.secondaryBackgroundColor": "#232C29",
}

THEME = {
    **{f"theme.{name}": value for name, value in _BOTH.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}
