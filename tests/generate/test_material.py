"""Source text: passages out of files, and quotations that must stand in them word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_draft

from itemwell.bank import Citation
from itemwell.errors import ConfigError, Rejected
from itemwell.generate import material
from itemwell.generate.material import Passage, digest, pieces, require_quotation

PARAGRAPH = (
    "The heron stands still for hours. It waits at the edge of the water until a fish comes near,"
    " and then it strikes faster than an eye can follow. Young herons miss two strikes out of three."
)
LETTERS_ONLY = st.text("abc de.\n", max_size=400)


def a_passage(text):
    return Passage("birds.txt", "0" * 64, text)


def quoting(quote):
    return a_draft(citation=Citation("birds.txt", "0" * 64, quote))


def refusal(quote, text=PARAGRAPH):
    try:
        require_quotation(quoting(quote), a_passage(text))
    except Rejected as refused:
        return refused.reason if refused.stage == "check" else str(refused)
    return None


def a_pdf(*lines):
    """A PDF of one page with these lines, byte for byte by hand."""
    shown = b" ".join(b"(" + line.encode("latin-1") + b") Tj T*" for line in lines)
    stream = b"BT /F1 12 Tf 14 TL 50 750 Td " + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ending = b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(whole)
    return whole + b"xref\n0 7\n0000000000 65535 f \n" + table + ending


def test_a_quotation_is_found_word_for_word():
    assert refusal("It waits at the edge of the water") is None


@pytest.mark.parametrize(
    "text",
    [
        "It waits at the\nedge of the water",
        "It waits  at\tthe\n\n edge of the water",
        "It wai-\nts at the edge of the wa-\nter",
        "It waits at the edge of the water",
    ],
)
def test_line_breaks_hyphens_at_their_end_and_spaces_do_not_hide_it(text):
    assert refusal("It waits at the edge of the water", f"Before. {text}. After.") is None
    assert refusal(text, "It waits at the edge of the water.") is None


@pytest.mark.parametrize(
    "quote",
    [
        "It waits at the edge of the lake",
        "it waits at the edge of the water",
        "It waits at edge of the water",
        "It waits ... until a fish comes near",
    ],
)
def test_a_word_changed_left_out_or_put_in_is_no_quotation(quote):
    assert refusal(quote) == "quotation: not in birds.txt word for word"


@pytest.mark.parametrize("quote", ["", "The heron", "   \n  "])
def test_too_little_supports_nothing(quote):
    assert refusal(quote) == "quotation: none that could support the key"


def test_a_draft_without_a_citation_is_refused_where_there_is_a_passage_and_only_there():
    require_quotation(a_draft(), None)
    with pytest.raises(Rejected, match="none that could support"):
        require_quotation(a_draft(), a_passage(PARAGRAPH))


def test_composed_and_decomposed_letters_are_the_same():
    assert (
        refusal("Le he\u0301ron cendre\u0301 attend", "Le h\u00e9ron cendr\u00e9 attend.") is None
    )


@given(st.data())
def test_whatever_is_cut_out_of_a_passage_is_found_in_it(data):
    start = data.draw(st.integers(0, len(PARAGRAPH) - 40))
    end = data.draw(st.integers(start + 30, len(PARAGRAPH)))

    assert refusal(PARAGRAPH[start:end]) is None


@given(LETTERS_ONLY, st.integers(10, 80))
def test_pieces_are_short_enough_and_hold_only_what_was_there(text, most):
    for piece in pieces(text, most):
        assert 0 < len(piece) <= most
        assert "".join(piece.split()) in "".join(text.split())


def test_a_markdown_file_becomes_passages_between_its_paragraphs(tmp_path):
    path = tmp_path / "birds.md"
    path.write_text("\n\n".join([PARAGRAPH] * 60), "utf-8")

    passages = material.read([path])

    assert len(passages) > 1
    assert {each.source for each in passages} == {"birds.md"}
    assert len({each.sha256 for each in passages}) == 1
    assert all(each.text.startswith("The heron") for each in passages)


def test_a_pdf_is_read_and_what_its_lines_broke_is_found(tmp_path):
    path = tmp_path / "birds.pdf"
    path.write_bytes(a_pdf(
        "The heron stands still for hours. It waits at the ed-", "ge of the water until a fish",
        "comes near, and then it strikes faster than an eye can follow.",
        "Young herons miss two strikes out of three, and go hungry for it.",
    ))  # fmt: skip

    [passage] = material.read([path])

    require_quotation(quoting("at the edge of the water until a fish comes near"), passage)
    with pytest.raises(Rejected):
        require_quotation(quoting("at the edge of the lake until a fish comes near"), passage)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("short.txt", b"Too little.", "has too little text"),
        ("empty.pdf", a_pdf(""), "has too little text"),
        ("broken.pdf", b"%PDF-1.4 and then nothing", "not a PDF that can be read"),
        ("latin.txt", "h\u00e9ron ".encode("latin-1") * 90, "not a text in UTF-8"),
    ],
)
def test_a_file_without_text_is_the_operators_to_mend(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=told):
        material.read([path])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.txt: No such file"):
        material.read([tmp_path / "gone.txt"])


def test_the_digest_tells_materials_apart():
    one, other = a_passage(PARAGRAPH), a_passage(PARAGRAPH + " More.")

    assert digest([one]) == digest([a_passage(PARAGRAPH)]) != digest([other])
