"""TeX in, readable text out: enough for the formulas of textbooks, so that `\\mathbf{X}_t` does not stand in a passage."""

from __future__ import annotations

import re

_SYMBOLS = {
    "times": "×", "cdot": "·", "cdots": "…", "ldots": "…", "dots": "…", "vdots": "⋮", "in": "∈", "notin": "∉", "subset": "⊂",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "propto": "∝", "pm": "±",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "mapsto": "↦", "Rightarrow": "⇒", "iff": "⇔", "infty": "∞", "partial": "∂",
    "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "forall": "∀", "exists": "∃", "odot": "⊙", "oplus": "⊕",
    "otimes": "⊗", "ast": "*", "mid": "|", "vert": "|", "Vert": "‖", "ell": "ℓ", "top": "⊤", "cup": "∪", "cap": "∩", "ll": "≪",
    "gg": "≫", "circ": "∘", "prime": "′", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨",
    "rangle": "⟩",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
# Commands whose argument is text as it stands; their own name says only how it looks.
_LOOKS = re.compile(
    r"\\(?:math(?:bf|rm|bb|cal|it|sf|tt|frak|scr)|text(?:rm|bf|it|tt|sf)?|boldsymbol|bm|operatorname\*?|mbox|hat|bar|tilde|vec|dot"
    r"|overline|underline|widehat|widetilde|left|right|[bB]igg?[lr]?|displaystyle|limits|nonumber|quad|qquad|tag|label)(?![a-zA-Z])"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")


def tex_to_text(tex: str) -> str:
    r"""The formula as one line of plain characters; what is not known keeps its name.

    >>> tex_to_text(r"\mathbf{X}_t \in \mathbb{R}^{n \times d}")
    'X_t ∈ R^(n × d)'
    >>> tex_to_text(r"\frac{1}{n} \sum_{i=1}^{n} \lambda x_i")
    '1/n ∑_(i=1)^n λ x_i'
    """
    text = re.sub(r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?", " ", tex)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?|(?<!\\)&|\\[,;:!> ]|~", " ", text)
    text = _LOOKS.sub(" ", text)
    text = re.sub(r"\\([a-zA-Z]+)", lambda match: f" {_SYMBOLS[match[1]]} " if match[1] in _SYMBOLS else match[0], text)
    for _ in range(6):  # innermost braces first
        before = text
        text = _FRACTION.sub(lambda match: f"{_grouped(match[1])}/{_grouped(match[2])}", text)
        text = _SCRIPT.sub(lambda match: f"{match[1]}{_grouped(match[2])}", text)
        text = re.sub(r"(?<![_^}a-zA-Z])\s*\{([^{}]*)\}", r" \1", text)
        if text == before:
            break
    text = re.sub(r"\\([a-zA-Z]+|[{}%$#&_|])", r"\1", text)
    text = re.sub(r"[{}]", " ", text)
    text = re.sub(r"\s*([_^])\s*", r"\1", " ".join(text.split()))
    return re.sub(r"(?<=[(\[])\s+|\s+(?=[)\],.;])|(?<=[α-ω])\s(?=\()", "", text)


def _grouped(text: str) -> str:
    text = " ".join(text.split())
    return text if re.fullmatch(r"\w*|.", text) else f"({text})"
