"""Plain text of columns: what readers ask in their letters, and what the one they write to answers."""

from ingest.plain import read_plain

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."
ASKED = ["I am 34 and I sell insurance. Is it too late?", "What is rye? A guest asked me and I nodded.", "Who helps me?"]


def shape(text: str) -> list[str]:
    """One string a block: its kind and its text, of a heading its level as well."""
    document = read_plain(text.encode(), "notes.txt")
    return [
        f"{'#' * block.level if block.kind == 'heading' else block.kind} {document.text[block.start : block.end]}"
        for block in document.blocks
    ]


def column(*names: str, greeting: str = "Dear Ada,") -> str:
    letters = "\n\n".join(
        f"{greeting}\n{asked}\n{name}, Ghent\n\nDear {name},\n{LONG}\nA." for name, asked in zip(names, ASKED, strict=True)
    )
    return f"DEAR ADA\n{LONG}\n\n{letters}\n"


def test_the_letters_of_a_column_are_the_headings_of_their_answers() -> None:
    found = shape(column("Bob", "Worried in Dijon", "Eve"))
    assert [line.lstrip("# ") for line in found if line[0] == "#"] == ["DEAR ADA", *ASKED]
    assert "paragraph Dear Worried in Dijon," in found and not any("Dear Ada," in line for line in found)


def test_two_who_write_to_each_other_and_letters_without_answers_keep_their_greetings() -> None:
    assert sum("Dear Ada," in line for line in shape(column("Bob", "Bob", "Bob"))) == 3
    alone = "\n\n".join(f"Dear Ada,\n{asked} {LONG}\nBob" for asked in ASKED)
    assert sum("Dear Ada," in line for line in shape(f"Letters\n\n{alone}\n")) == 3


def test_a_letter_that_is_too_long_for_a_heading_keeps_its_greeting() -> None:
    text = column("Bob", "Max", "Eve").replace(ASKED[1], f"{LONG} {LONG} {LONG}")
    assert [line for line in shape(text) if line.startswith("paragraph Dear Ada")] == ["paragraph Dear Ada,"]
    assert [line.lstrip("# ") for line in shape(text) if line[0] == "#"] == ["DEAR ADA", ASKED[0], ASKED[2]]
