"""PDFs with tags, written here object by object: code in a line, and programs."""

from drawn_pdf import kinds, raw, read


def tagged(parts: list[tuple[str, int, int, str]], tree: str) -> bytes:
    """A PDF of one page: font, place and text of each part, marked by its number; object 6 is the root of the tree."""
    content = "\n".join(
        f"/P <</MCID {number}>> BDC BT /{font} 10 Tf {x} {y} Td ({text}) Tj ET EMC"
        for number, (font, x, y, text) in enumerate(parts)
    )
    return raw(content.encode(), tree.encode().split(b"\n"), "/MarkInfo <</Marked true>> /StructTreeRoot 6 0 R")


def test_code_in_a_line_is_part_of_its_paragraph_and_item() -> None:
    parts = [
        ("F1", 72, 700, "First run "),
        ("F2", 116, 700, "pip install duckdb"),
        ("F1", 226, 700, "in a terminal."),
        ("F1", 72, 680, "Type "),
        ("F2", 98, 680, "git init"),
        ("F1", 150, 680, "in the folder."),
    ]
    tree = """<</Type /StructTreeRoot /K [7 0 R 9 0 R]>>
<</S /P /Pg 3 0 R /K [0 8 0 R 2]>>
<</S /Code /Pg 3 0 R /K 1>>
<</S /L /K 10 0 R>>
<</S /LI /K 11 0 R>>
<</S /LBody /Pg 3 0 R /K [3 12 0 R 5]>>
<</S /Code /Pg 3 0 R /K <</S /NonStruct /Pg 3 0 R /K 4>>>>"""
    assert kinds(read(tagged(parts, tree))) == [
        ("paragraph", "First run pip install duckdb in a terminal."),
        ("item", "Type git init in the folder."),
    ]


def test_the_lines_of_a_program_that_are_tagged_one_by_one_are_one_program() -> None:
    parts = [("F1", 72, 720, "Then count what there is in the table of all the parcels, as in the last of the lessons:")]
    parts += [("F2", 72, 700, "a = 1"), ("F2", 72, 688, "b = 2"), ("F2", 72, 668, "c = 3")]
    tree = """<</Type /StructTreeRoot /K [7 0 R 8 0 R 11 0 R]>>
<</S /P /Pg 3 0 R /K 0>>
<</S /Code /K [9 0 R 10 0 R]>>
<</S /P /Pg 3 0 R /K 1>>
<</S /P /Pg 3 0 R /K 2>>
<</S /Code /Pg 3 0 R /K 3>>"""
    assert kinds(read(tagged(parts, tree)))[1:] == [("code", "a = 1\nb = 2"), ("code", "c = 3")]


def test_the_entries_of_a_table_of_contents_may_share_one_paragraph() -> None:
    parts = [("F1", 72, 720 - 12 * at, f"{name} ........ {at}") for at, name in enumerate(["Start", "Work", "Pay"], 1)]
    tree = "<</Type /StructTreeRoot /K 7 0 R>>\n<</S /P /Pg 3 0 R /K [0 1 2]>>"
    assert kinds(read(tagged(parts, tree))) == [("item", "Start … 1"), ("item", "Work … 2"), ("item", "Pay … 3")]
