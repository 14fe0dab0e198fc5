"""DOCX files, made here: styles, numbering, tables, links."""

import io

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from ingest.document import Document
from ingest.docx import read_docx


def saved(source: object) -> bytes:
    buffer = io.BytesIO()
    source.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def read(source: object) -> Document:
    return read_docx(saved(source), "plan.docx")


def kinds(document: Document) -> list[tuple[str, str, int, int | None]]:
    return [(block.kind, document.text[block.start : block.end], block.level, block.ordinal) for block in document.blocks]


def add_link(paragraph: object, label: str, address: str) -> None:
    relation = paragraph.part.relate_to(address, docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True)  # type: ignore[attr-defined]
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = label
    run.append(text)
    link.append(run)
    paragraph._p.append(link)  # type: ignore[attr-defined]


def test_styles_give_headings_lists_and_tables() -> None:
    source = docx.Document()
    source.add_heading("Plan", 0)
    source.add_heading("Phase 1", 1)
    source.add_paragraph("Learn these:")
    source.add_paragraph("Python", style="List Bullet")
    source.add_paragraph("NumPy", style="List Bullet 2")
    source.add_paragraph("First", style="List Number")
    source.add_paragraph("Second", style="List Number")
    table = source.add_table(rows=0, cols=2)
    for left, right in (("Step", "Months"), ("Code", "3")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = left, right
    source.add_heading("Phase 2", 2)
    document = read(source)
    assert kinds(document) == [
        ("heading", "Plan", 1, None),
        ("heading", "Phase 1", 1, None),
        ("paragraph", "Learn these:", 0, None),
        ("item", "Python", 0, None),
        ("item", "NumPy", 1, None),
        ("item", "First", 0, 1),
        ("item", "Second", 0, 2),
        ("header", "Step | Months", 0, None),
        ("row", "Code | 3", 0, None),
        ("heading", "Phase 2", 2, None),
    ]


def test_a_memo_is_named_after_its_subject() -> None:
    source = docx.Document()
    for text in ("Hangar 6", "To: all trainees", "Date: 3 June", "Subject: How you become a mechanic", "Dear all,"):
        source.add_paragraph(text)
    document = read(source)
    assert document.title == "How you become a mechanic"
    assert ("paragraph", "Subject: How you become a mechanic", 0, None) in kinds(document)
    source.add_heading("The licence", 1)
    assert read(source).title == "The licence"


def test_a_subject_among_other_lines_names_no_document() -> None:
    source = docx.Document()
    for text in ("What each school asks for", "Subject: mathematics", "Two years of it.", "From: autumn"):
        source.add_paragraph(text)
    assert read(source).title == "plan"


def test_links_hidden_deleted_and_inserted_text() -> None:
    source = docx.Document()
    paragraph = source.add_paragraph("Read ")
    add_link(paragraph, "the book", "https://a.org/b")
    paragraph.add_run(" today.")
    hidden = paragraph.add_run(" secret orders")
    hidden.font.hidden = True
    paragraph.add_run(" or tomorrow").font.strike = True
    deleted = OxmlElement("w:del")
    run = OxmlElement("w:r")
    text = OxmlElement("w:delText")
    text.text = "gone"
    run.append(text)
    deleted.append(run)
    paragraph._p.append(deleted)
    add_link(source.add_paragraph(), "local", "file:///etc/passwd")
    assert [text for _, text, _, _ in kinds(read(source))] == ["Read [the book](https://a.org/b) today.", "local"]


def test_a_field_that_links_is_a_link() -> None:
    source = docx.Document()
    paragraph = source.add_paragraph("See ")
    for kind, content in (
        ("begin", ""),
        ("", ' HYPERLINK "https://f.org" '),
        ("separate", ""),
        ("text", "fields"),
        ("end", ""),
    ):
        run = paragraph.add_run(content if kind == "text" else "")
        if kind in ("begin", "separate", "end"):
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)
        elif kind == "":
            element = OxmlElement("w:instrText")
            element.text = content
            run._r.append(element)
    assert read(source).text == "See [fields](https://f.org)"


def test_a_bold_line_alone_is_a_heading_and_the_title_comes_from_the_properties() -> None:
    source = docx.Document()
    source.core_properties.title = "Stated"
    source.core_properties.author = "Ada"
    source.add_paragraph().add_run("Required skills").bold = True
    paragraph = source.add_paragraph("Much. ")
    paragraph.add_run("Really.").bold = True
    document = read(source)
    assert [kind for kind, *_ in kinds(document)] == ["heading", "paragraph"]
    assert (document.title, document.meta) == ("Stated", {"author": "Ada"})


def test_the_title_of_a_template_gives_way_to_that_of_the_text() -> None:
    source = docx.Document()
    source.add_heading("Plan of two years", 0)
    source.core_properties.title = "Resume Template (Modern)"
    assert read(source).title == "Plan of two years"
    source.core_properties.title = "My two years"
    assert read(source).title == "My two years"


def test_numbering_set_by_hand_nests_and_counts() -> None:
    source = docx.Document()
    for text, depth in (("one", 0), ("deep", 1), ("two", 0)):
        paragraph = source.add_paragraph(text)
        properties = paragraph._p.get_or_add_pPr()
        numbering = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", depth), ("w:numId", 1)):
            element = OxmlElement(name)
            element.set(qn("w:val"), str(value))
            numbering.append(element)
        properties.append(numbering)
    assert [(kind, text, level) for kind, text, level, _ in kinds(read(source))] == [
        ("item", "one", 0),
        ("item", "deep", 1),
        ("item", "two", 0),
    ]


def test_layout_tables_and_styles_of_other_names_are_ordinary_text() -> None:
    source = docx.Document()
    source.add_table(rows=1, cols=1).cell(0, 0).text = "Boxed"
    source.add_paragraph("Big").runs[0].font.size = Pt(30)
    assert [kind for kind, *_ in kinds(read(source))] == ["paragraph", "paragraph"]


def add_xml(source: object, xml: str) -> None:
    """Append an element to the body; `w`, `r` and `mc` are known prefixes."""
    body = source.element.body  # type: ignore[attr-defined]
    space = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    body.insert(len(body) - 1, docx.oxml.parse_xml(xml.replace(">", f" {space}>", 1)))


def test_text_boxes_are_read_once_after_their_paragraph() -> None:
    source = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>A tip.</w:t></w:r></w:p></w:txbxContent>"
    add_xml(
        source,
        "<w:p><w:r><w:t>Anchor.</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    add_xml(source, f"<w:p><w:r><w:pict>{box.replace('A tip', 'Old')}</w:pict></w:r></w:p>")
    source.add_paragraph("After.")
    assert read(source).text == "Anchor.\n\nA tip.\n\nOld.\n\nAfter."


def test_a_table_of_contents_is_left_out() -> None:
    source = docx.Document()
    entry = "<w:p><w:pPr><w:pStyle w:val='TOC1'/></w:pPr><w:r><w:t>Phase 1</w:t><w:tab/><w:t>3</w:t></w:r></w:p>"
    gallery = "<w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
    heading = "<w:p><w:r><w:t>Contents</w:t></w:r></w:p>"
    add_xml(source, f"<w:sdt>{gallery}<w:sdtContent>{heading}{entry}</w:sdtContent></w:sdt>")
    add_xml(source, entry)
    source.add_heading("Phase 1", 1)
    assert read(source).text == "Phase 1"


def test_a_link_shows_what_a_reader_sees_of_it() -> None:
    source = docx.Document()
    paragraph = source.add_paragraph("See ")
    add_link(paragraph, "the", "https://a.org/b")
    link = paragraph._p.findall(qn("w:hyperlink"))[0]
    for inner in ("<w:tab/><w:t>book</w:t>", "<w:rPr><w:vanish/></w:rPr><w:t>secret</w:t>"):
        add_xml(source, f"<w:r>{inner}</w:r>")
        link.append(source.element.body[-2])
    assert read(source).text == "See [the book](https://a.org/b)"


def test_cells_that_reach_over_rows_and_columns_and_those_in_controls_keep_their_place() -> None:
    source = docx.Document()
    table = source.add_table(4, 3)
    for row, texts in enumerate([("Phase", "Skill", "Weeks"), ("Base", "SQL", "3"), ("", "Git", "1"), ("Project", "", "8")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    row = table.rows[1]._tr
    add_xml(source, "<w:sdt><w:sdtContent/></w:sdt>")
    control = source.element.body[-2]
    control[0].append(row.tc_lst[2])
    row.append(control)
    assert read(source).text == "Phase | Skill | Weeks\nBase | SQL | 3\nBase | Git | 1\nProject | | 8"


def test_a_table_inside_a_table_is_read_in_its_place() -> None:
    source = docx.Document()
    left, right = source.add_table(1, 2).rows[0].cells
    left.text, right.text = "Before.", "Right."
    inner = left.add_table(2, 2)
    for place, text in enumerate(("Phase", "Weeks", "Python", "6")):
        inner.cell(place // 2, place % 2).text = text
    left.add_paragraph("After.")
    assert read(source).text == "Before.\n\nPhase | Weeks\nPython | 6\n\nAfter.\n\nRight."


def test_numbers_are_those_that_word_shows() -> None:
    source = docx.Document()
    numbering = source.part.numbering_part.element
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    level = '<w:lvl w:ilvl="0"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    for kind, form in ((91, (1, "upperRoman", "Phase %1:")), (90, (4, "decimal", "%1."))):
        numbering.insert(
            0, docx.oxml.parse_xml(f'<w:abstractNum {w} w:abstractNumId="{kind}">{level.format(*form)}</w:abstractNum>')
        )
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    for number, kind, more in ((90, 90, ""), (91, 91, ""), (92, 90, restart), (93, 90, "")):
        numbering.append(docx.oxml.parse_xml(f'<w:num {w} w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{more}</w:num>'))
    for number, text, style in (
        (90, "four", ""),
        (93, "five", ""),
        (92, "seven", ""),
        (92, "eight", ""),
        (91, "Basics", "Heading1"),
        (91, "Models", "Heading1"),
    ):
        add_xml(
            source,
            f"<w:p><w:pPr><w:pStyle w:val='{style}'/><w:numPr><w:ilvl w:val='0'/><w:numId w:val='{number}'/></w:numPr></w:pPr>"
            f"<w:r><w:t>{text}</w:t></w:r></w:p>",
        )
    assert [(text, ordinal) for _, text, _, ordinal in kinds(read(source))] == [
        ("four", 4),
        ("five", 5),
        ("seven", 7),
        ("eight", 8),
        ("Phase I: Basics", None),
        ("Phase II: Models", None),
    ]


def test_lines_of_a_program_are_one_block_and_powers_are_marked() -> None:
    source = docx.Document()
    source.styles.add_style("Source Code", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    source.add_paragraph("def f():", style="Source Code")
    source.add_paragraph("    return 1", style="Source Code")
    paragraph = source.add_paragraph("About 10")
    paragraph.add_run("6").font.superscript = True
    paragraph.add_run(" rows on the 1")
    paragraph.add_run("st").font.superscript = True
    paragraph.add_run(" of May")
    paragraph.add_run("[2]").font.superscript = True
    assert [(kind, text) for kind, text, *_ in kinds(read(source))] == [
        ("code", "def f():\n    return 1"),
        ("paragraph", "About 10^6 rows on the 1st of May"),
    ]


def test_formulas_are_read_in_their_place() -> None:
    source = docx.Document()
    paragraph = source.add_paragraph("It takes ")
    space = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    formula = (
        f'<m:oMath xmlns:m="{space}"><m:r><m:t>O</m:t></m:r><m:d><m:e><m:sSup><m:e><m:r><m:t>n</m:t></m:r></m:e>'
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:e></m:d></m:oMath>"
    )
    paragraph._p.append(docx.oxml.parse_xml(formula))
    paragraph.add_run(" steps.")
    assert read(source).text == "It takes O(n^2) steps."


def test_footnotes_follow_the_text() -> None:
    source = docx.Document()
    source.add_paragraph("A claim.")
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    notes = (
        f'<w:footnotes xmlns:w="{word}"><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:id="1"><w:p><w:r><w:t>The source.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    name = docx.opc.packuri.PackURI("/word/footnotes.xml")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = docx.opc.part.Part(name, kind, notes.encode(), source.part.package)
    source.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")
    assert read(source).text == "A claim.\n\n1. The source."
