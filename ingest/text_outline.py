"""Logical lines in, blocks with headings out: finds the structure that text copied from a page keeps in its lines alone.

Headings without marks, labels that end in a colon, lists without bullets and "Name: explanation" runs. Where the signs do
not agree a line stays a paragraph. No line is lost except a list of the text's own headings and what belongs to the page around
it: "Read also: …", hash tags, buttons such as "Share" and "Log in" on lines of their own.
"""

from __future__ import annotations

from ingest.text_blocks import TextBlock, heading_style
from ingest.text_contents import without_contents
from ingest.text_dialogue import with_turns
from ingest.text_draft import LONGEST_NUMBERED, Draft
from ingest.text_entries import bare_entries_end, definitions, definitions_end, run_in_end, sentences_end
from ingest.text_flattened import with_flattened
from ingest.text_leftovers import without_leftovers
from ingest.text_letters import with_letters
from ingest.text_lines import Line, is_closed
from ingest.text_lowercase import with_small_headings
from ingest.text_masthead import read_masthead
from ingest.text_numbers import decimal_block, read_ordered, series_block
from ingest.text_signs import announces_date, is_date, is_label, is_section_word, refers_to_series
from ingest.text_threads import with_posts
from ingest.text_titles import read_short


def outline(lines: list[Line]) -> list[TextBlock]:
    """The blocks of the text in order. Headings that the text does not mark itself still have level 0."""
    shown = without_contents(without_leftovers(lines))
    draft = Draft(with_posts(with_turns(with_letters(with_small_headings(with_flattened(shown))))))
    index = read_masthead(draft)
    while index < len(draft.lines):
        index = _read(draft, index)
    return draft.blocks


def _read(draft: Draft, index: int) -> int:
    """Turn the line at `index`, and what belongs to it, into blocks; the index of the next line."""
    line = draft.lines[index]
    if line.kind not in ("item", "ordered"):
        draft.indents.clear()
    match line.kind:
        case "heading":
            draft.add(TextBlock("heading", line.text, line.level, style="marked" if line.level else heading_style(line.text)))
        case "row":
            first = index == 0 or draft.lines[index - 1].kind != "row" or line.gap
            draft.add(TextBlock("header" if first else "row", line.text, cells=line.cells))
        case "fact":
            draft.add(TextBlock("row", line.text, cells=line.cells))
        case "code":
            draft.add(TextBlock("code", line.text))
        case "question" | "poster":
            draft.add(TextBlock("heading", line.text, style=line.kind))
        case "answer":
            draft.add(TextBlock("paragraph", line.text))
        case "item":
            draft.add(TextBlock("item", line.text, draft.depth(line)))
        case "ordered":
            read_ordered(draft, index)
        case "text":
            return _read_text(draft, index)
    return index + 1


def _read_text(draft: Draft, index: int) -> int:
    """A line that carries no mark of a list, a table or a heading."""
    line, following = draft.lines[index], draft.line(index + 1)
    text = line.text
    if following is not None and announces_date(text) and is_date(following.text):
        draft.add(TextBlock("paragraph", f"{text} {following.text}"))
        return index + 2
    if series := series_block(draft, index):
        draft.add(series)
        return index + 1
    if not draft.marked and refers_to_series(text) and following is not None:
        draft.add(TextBlock("heading", text, style="reference"))
        return index + 1
    if decimal := decimal_block(draft, index):
        draft.add(decimal)
        return index + 1
    word, _, rest = text.partition(":")
    if is_section_word(word) and rest.strip() and not draft.marked:  # "Conclusion: To become …"
        draft.add(TextBlock("heading", word, style=heading_style(word)))
        draft.add(TextBlock("paragraph", rest))
        return index + 1
    stop = definitions_end(draft.lines, index, draft.spaced)
    if stop - index >= (1 if draft.is_introduced() or _ends_list(draft, index) else 2):
        draft.blocks += definitions(draft.lines[index:stop], draft.repeated)
        return stop
    if text.endswith(":") and following is not None:
        return _read_label(draft, index)
    if is_section_word(text) and following is not None and not draft.marked:
        draft.add(TextBlock("heading", text, style=heading_style(text)))
        return index + 1
    if draft.is_introduced() or draft.is_below_heading():
        stop = sentences_end(draft.lines, index, draft.spaced)
        asked = draft.blocks[-1].text.endswith("?") and any(other.text.endswith("?") for other in draft.lines[index:stop])
        if draft.is_introduced() or not draft.blocks[-1].text.endswith("?"):
            stop = max(stop, run_in_end(draft.lines, index))
        if stop > index and not asked:  # else answers, and the next questions
            draft.blocks += [TextBlock("item", item.text) for item in draft.lines[index:stop]]
            return stop
    return read_short(draft, index)


def _read_label(draft: Draft, index: int) -> int:
    """A line that ends in a colon: a heading where it names what follows, otherwise the lead-in of what follows."""
    line, following = draft.lines[index], draft.lines[index + 1]
    names = is_label(line.text) and following.kind == "text" and not draft.marked
    if names and draft.spaced and following.gap and not line.gap and index:
        names = False
    draft.add(
        TextBlock("heading", line.text.removesuffix(":").rstrip(), style="label")
        if names
        else TextBlock("paragraph", line.text)
    )
    stop = bare_entries_end(draft.lines, index + 1, draft.spaced)
    draft.blocks += [TextBlock("item", item.text) for item in draft.lines[index + 1 : stop]]
    return stop


def _ends_list(draft: Draft, index: int) -> bool:
    """Whether the line stands right below an entry without a mark, in a text that has empty lines after its lists."""
    before = draft.line(index - 1)
    listed = before is not None and before.kind == "text" and draft.blocks[-1].kind == "item"
    line = draft.lines[index]
    return draft.spaced and listed and not line.gap and not is_closed(line.text) and len(line.text) <= LONGEST_NUMBERED
