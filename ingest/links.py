"""How a link stands in the text of a document."""

from __future__ import annotations

import re


def linked(label: str, address: str) -> str:
    """`[label](address)`, or the bare address where the label says the same.

    >>> linked("Python", "https://python.org"), linked("python.org", "https://python.org/")
    ('[Python](https://python.org)', 'https://python.org/')
    >>> linked("ann@a.org", "mailto:ann@a.org")
    'ann@a.org'
    """
    plain = re.sub(r"^(?:https?://(?:www\.)?|mailto:)|/$", "", address, flags=re.IGNORECASE)
    if re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", label) != plain:
        return f"[{label}]({address})"
    return label if address[:7].lower() == "mailto:" else address
