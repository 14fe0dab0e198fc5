"""Markdown as documentation tools and courses write it: their signs are resolved or taken out."""

import pytest
from markdown_guide import kinds, read


def test_directives_of_documentation_tools_leave_no_noise() -> None:
    source = """# Networks
:label:`sec_nin`

See :numref:`fig_nin` and :cite:`Lin.2013`. Use :func:`fit`.

![Comparing the blocks of two networks.](a.svg)
:width:`600px`
:label:`fig_nin`

```{.python .input}
%%tab mxnet
import a
```

```{.python .input}
%load_ext d2lbook.tab
tab.interact_select(['mxnet'])
```

:begin_tab:`mxnet`
Only here.
:end_tab:

> [!NOTE]
> Mind this. :rocket:

[**Key idea.**] - done

- [x] first task

```{note}
Read *on*.
```

::: warning
Hot.
:::
"""
    assert kinds(read(source)) == [
        ("heading", "Networks"),
        ("paragraph", "See the figure and (Lin, 2013). Use fit."),
        ("paragraph", "Comparing the blocks of two networks."),
        ("code", "import a"),
        ("paragraph", "Only here."),
        ("paragraph", "Mind this."),
        ("paragraph", "Key idea. - done"),
        ("item", "first task"),
        ("paragraph", "Read on."),
        ("paragraph", "Hot."),
    ]


DIALECTS = {
    "myst": (
        """(sec-trees)=
# Trees

```{admonition} Goals
:class: tip
- Explain *entropy*
```

:::{figure} tree.png
:name: fig-tree
:width: 60%

A small tree.
:::

Pruning helps {cite}`breiman1984` and {cite:t}`Lin.Chen.2013`.

```{code-cell} ipython3
:tags: [hide-input]
tree.fit(X, y)
```

% a comment

+++ {"slideshow": {}}

```{bibliography}
```
""",
        [
            ("heading", "Trees"),
            ("paragraph", "Goals:"),
            ("item", "Explain entropy"),
            ("paragraph", "A small tree."),
            ("paragraph", "Pruning helps (Breiman, 1984) and Lin and Chen (2013)."),
            ("code", "tree.fit(X, y)"),
        ],
    ),
    "quarto": (
        """## Simple case {#sec-simple .unnumbered}

::: {.callout-note title="Remember"}
Plot residuals.
:::

```{python}
#| label: fig-res
plot(x)
```

See @fig-res [@hastie2009, p. 12]. {{< video https://v.org/abc >}} [Click]{.btn} x^2^ and H~2~O on the 1^st^.

Term
:   Definition of the term
""",
        [
            ("heading", "Simple case"),
            ("paragraph", "Remember:"),
            ("paragraph", "Plot residuals."),
            ("code", "plot(x)"),
            ("paragraph", "See the figure. https://v.org/abc Click x^2 and H2O on the 1st."),
            ("item", "Term: Definition of the term"),
        ],
    ),
    "mkdocs": (
        """!!! note "Before you begin"
    Install Python.

    - one

=== "Linux"

    ```bash
    apt install x
    ```

A term { .class } with ++ctrl+c++, ==marked== words :material-home:. [Go](https://x.org){ .md-button }

--8<-- "abbr.md"
""",
        [
            ("paragraph", "Before you begin:"),
            ("paragraph", "Install Python."),
            ("item", "one"),
            ("paragraph", "Linux:"),
            ("code", "apt install x"),
            ("paragraph", "A term with ctrl+c, marked words . [Go](https://x.org)"),
        ],
    ),
    "mdx": (
        """import Tabs from '@theme/Tabs';

<Tabs>
<TabItem value="pip" label="pip">

```bash title="terminal" {2}
pip install thing
```

</TabItem>
</Tabs>

export const Mark = (x) => x;

Text. {/* a comment */}
""",
        [("paragraph", "pip:"), ("code", "pip install thing"), ("paragraph", "Text.")],
    ),
    "jekyll": (
        """{% include toc.html %}
* TOC
{:toc}

{% highlight python %}
x = {{ y }}
{% endhighlight %}

Read [the docs]({{ site.url }}{% link d.md %}) or [site](https://d.org){:target="_blank"} and use `{{ z }}`.

{% comment %}secret{% endcomment %}{% hint style="info" %}
Mind [[Page|this]] and ![[embed.png]].
{% endhint %}

[TOC]
""",
        [
            ("code", "x = {{ y }}"),
            ("paragraph", "Read the docs or [site](https://d.org) and use {{ z }}."),
            ("paragraph", "Mind this and ."),
        ],
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_signs_of_every_documentation_tool_are_resolved_or_taken_out(name: str) -> None:
    source, expected = DIALECTS[name]
    assert kinds(read(source)) == expected


def test_template_signs_in_code_stay() -> None:
    source = "Use `{{ secrets.KEY }}` and `==`.\n\n```yaml\n{% if x %}\nkey: ${{ y }}\n```\n"
    assert kinds(read(source)) == [("paragraph", "Use {{ secrets.KEY }} and ==."), ("code", "{% if x %}\nkey: ${{ y }}")]


def test_lists_of_the_documents_own_headings_are_dropped() -> None:
    source = """# Book

## Table of Contents
- [What is overfitting?](#what-is-overfitting)
- [What is bias?](#what-is-bias)
- [What is variance?](#what-is-variance)

## What is overfitting?
Noise learnt. See [bias](#what-is-bias).

**[⬆ back to top](#book)**

## What is bias?
Too simple.

## What is variance?
Too wild.
"""
    assert kinds(read(source)) == [
        ("heading", "Book"),
        ("heading", "What is overfitting?"),
        ("paragraph", "Noise learnt. See bias."),
        ("heading", "What is bias?"),
        ("paragraph", "Too simple."),
        ("heading", "What is variance?"),
        ("paragraph", "Too wild."),
    ]


def test_a_list_of_marks_to_what_the_document_does_not_hold_stays() -> None:
    assert [text for kind, text in kinds(read("- [a](#x)\n- [b](#y)\n- [c](#z)\n")) if kind == "item"] == ["a", "b", "c"]


def test_a_mention_of_a_person_is_no_citation_and_other_languages_are_no_text() -> None:
    row = "English | [Deutsch](https://g.org/i18n/README_de.md) | [한국어](https://g.org/i18n/README_ko.md)"
    assert read(f"{row}\n\nFixed by [@ada], as shown [@ada2020].\n\n[@ada]: https://g.org/ada\n").text == (
        "Fixed by [@ada](https://g.org/ada), as shown."
    )
