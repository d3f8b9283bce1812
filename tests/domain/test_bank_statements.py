"""Bank statements in XML: nothing in them is run by a browser, wherever it stands (AT-3)."""

import re
import sys
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.bank_statements import NotAStatement, begins, followed
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.file_contents import HEAD
from klantportaal.domain.file_types import FileType, FileTypes
from klantportaal.domain.uploads import Accepted, accept
from klantportaal.domain.uploads import followed as followed_upload
from tests.domain.files import STATEMENT, statements
from tests.domain.given import fault, refusal

START, BODY = STATEMENT.split("<BkToCstmrStmt>")
SCRIPT = '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'
ENTRIES = "<Ntry><Amt Ccy='EUR'>12.50</Amt><Sts>BOOK</Sts></Ntry>" * 2000
"""More than the head of a file."""
HARMFUL = {
    "a script": SCRIPT,
    "a script with the name of an attribute": f'<a xmlns:h="http://www.w3.org/1999/xhtml" h:script="a"/>{SCRIPT}',
    "an element without a namespace": '<script xmlns="">alert(1)</script>',
    "an SVG": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "another statement": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"/>',
    "another statement's namespace": '<a xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"/>',
    "a namespace that begins the same": '<a xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02x"/>',
    "an instruction": '<?xml-stylesheet type="text/xsl" href="#a"?>',
    "elements far within each other": "<a>" * 65 + "</a>" * 65,
    "many names": "".join(f"<a{number}/>" for number in range(1000)),
    "many attributes": "".join(f'<a a{number}="b"/>' for number in range(1000)),
    "many prefixes": "".join(f'<a xmlns:p{number}="b"/>' for number in range(1000)),
    "a long comment": f"<!--{'a' * 4 * HEAD}-->",
}


def document(more: str, *, before: str = "", after: str = "") -> bytes:
    """Write a statement with something more in it."""
    return f"{START}{before}<BkToCstmrStmt>{more}{BODY}{after}".encode()


def is_followed(content: bytes, size: int) -> bool:
    """Tell whether a statement passes unchanged as far as its end, in blocks of a size."""
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    try:
        return list(followed(blocks)) == blocks
    except NotAStatement:
        return False


@pytest.mark.parametrize("size", [1, 7, 1000, HEAD, 10**6])
def test_statements(size: int) -> None:
    """AT-3: what banks write is a statement, in any encoding, of any length and in blocks of any size."""
    for each in (*statements(), b"\r\n " + statements()[0], document(ENTRIES), document(f"<!--{'a' * HEAD}-->")):
        assert begins(each[:HEAD])
        assert is_followed(each, size)
    prefixed = re.sub("(</?)(?=[A-Z])", r"\1n:", STATEMENT).replace("xmlns=", "xmlns:n=")
    schema = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="a b"'
    for known in (prefixed, STATEMENT.replace("<Document ", f"<Document {schema} ")):
        assert is_followed(known.encode(), size)


@pytest.mark.parametrize("kind", HARMFUL)
def test_what_browsers_might_run(kind: str) -> None:
    """AT-3: elements of pages, stylesheets, and what would fill the memory make no statement, wherever they stand."""
    harm = HARMFUL[kind]
    for content in (document(harm), document("", before=harm), document(ENTRIES + harm)):
        assert not is_followed(content, 4096)
        assert not is_followed(content, 10**6) or kind == "a long comment"
    assert kind == "a long comment" or not begins(document(harm)[:HEAD])
    assert begins(document(ENTRIES + harm)[:HEAD])


@pytest.mark.parametrize("around", ["<?xml-stylesheet href='a'?>", "<!DOCTYPE Document>", SCRIPT])
def test_what_stands_before_and_after(around: str) -> None:
    """AT-3: a stylesheet, a DTD or an element before or after the root makes no statement."""
    before = STATEMENT.replace("<Document", f"{around}<Document").encode()
    assert not begins(before)
    assert not is_followed(before, HEAD)
    assert not is_followed(document(ENTRIES, after=around), HEAD)


@pytest.mark.parametrize(
    "name", ["camt.056.001.02", "camt.050.001.02", "camt.05evil", "camt.053.001.02\u0663", "camt.053"]
)
def test_other_messages(name: str) -> None:
    """AT-3: only camt.052, camt.053 and camt.054 are taken, in any of their versions."""
    assert not begins(STATEMENT.replace("camt.053.001.02", name).encode())
    assert not begins(STATEMENT.replace("Document", "Documents").encode())
    for kind in ("052.001.02", "053.001.12", "054.001.08"):
        assert begins(STATEMENT.replace("053.001.02", kind).encode())


@pytest.mark.parametrize("encoding", ["cp037", "cp437", "utf-7", "shift_jis", "utf-8-sig", "klingon"])
def test_encodings_that_browsers_read_otherwise(encoding: str) -> None:
    """AT-3: an encoding in which a browser may see other elements is refused."""
    assert not begins(STATEMENT.replace("UTF-8", encoding).encode())


@given(st.integers(0, len(STATEMENT.encode()) - 1))
@example(0)
def test_a_statement_that_does_not_end(length: int) -> None:
    """AT-3: half a statement is none, wherever it breaks off."""
    assert not is_followed(STATEMENT.encode()[:length], 100)


def test_what_an_element_takes() -> None:
    """AT-3: of each element, two short functions are called, whatever is in it: 25 MiB take no seconds."""
    content, elements = document(ENTRIES), ENTRIES.count("</")
    blocks = [content[at : at + HEAD] for at in range(0, len(content), HEAD)]
    calls: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, _argument: calls.update([frame.f_code.co_name] * (event == "call")))
    try:
        assert list(followed(blocks)) == blocks
    finally:
        sys.setprofile(None)
    around = STATEMENT.count("</")
    assert (calls["_start"], calls["_end"]) == (elements + around, elements + around)
    assert calls.total() - calls["_start"] - calls["_end"] < elements / 10


def test_what_a_refusal_says() -> None:
    """AT-3: a file that turns out to be no statement is refused by name. Others pass as they are."""
    harmful = document(ENTRIES + SCRIPT)
    accepted = accept("bank.xml", harmful[:HEAD], FileTypes.accountant())
    assert accepted.file_type is FileType.CAMT
    assert refusal(lambda: list(followed_upload(accepted, "bank.xml", [harmful]))) == [
        fault(FaultCode.FILE_CONTENT_DIFFERS, "files", name="bank.xml", type="xml")
    ]
    text = Accepted(file_type=FileType.TXT, name="a.txt")
    assert list(followed_upload(text, "a.txt", [harmful])) == [harmful]
