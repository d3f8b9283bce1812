"""E-mail addresses, folding and plain text."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.values import (
    ADDRESS_LIMIT,
    Language,
    address,
    composed,
    day,
    folded,
    is_blank,
    plain_line,
    plain_text,
    searchable,
    trimmed,
)
from tests.domain.given import ANY_TEXT, INVISIBLE, PRINTABLE, VISIBLE, is_storable
from tests.support.effort import seconds

LOCAL = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_+", min_size=1, max_size=20)
ADDRESSES = st.builds(
    "{}@{}.nl".format, LOCAL, st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
)
ACCENTS = "a" + "\u0301" * 40_000 + "\u0327" * 40_000
"""A text of 160 kB that takes seconds to normalise."""


def test_languages() -> None:
    """PR-1: the portal speaks Dutch and English."""
    assert [language.value for language in Language] == ["nl", "en"]


@pytest.mark.parametrize(
    "at,expected",
    [
        (datetime(2026, 1, 5, 22, 59, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 5, 23, 0, tzinfo=UTC), date(2026, 1, 6)),
        (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), date(2026, 7, 6)),
    ],
)
def test_day(at: datetime, expected: date) -> None:
    """QU-3: a day begins at midnight in the Netherlands, in winter and in summer time."""
    assert day(at) == expected


@pytest.mark.parametrize(
    "typed,read",
    [
        ("jan@voorbeeld.nl", "jan@voorbeeld.nl"),
        ("  jan@voorbeeld.nl\r\n", "jan@voorbeeld.nl"),
        ("\u3000jan@voorbeeld.nl\u2028", "jan@voorbeeld.nl"),
        ("\u200bjan@voorbeeld.nl", "jan@voorbeeld.nl"),
        ("\ufeffjan@voorbeeld.nl\u00a0", "jan@voorbeeld.nl"),
        ("\u202ajan@voorbeeld.nl\u202c", "jan@voorbeeld.nl"),
        ("\u2060jan@voorbeeld.nl\u00ad\u202f \r\n", "jan@voorbeeld.nl"),
        ("Jan@Voorbeeld.NL", "Jan@voorbeeld.nl"),
        ("jan+portaal@voorbeeld.nl", "jan+portaal@voorbeeld.nl"),
        ("o'neill@voorbeeld.nl", "o'neill@voorbeeld.nl"),
        ("jan@kantoor.test", "jan@kantoor.test"),
        ("jan@demo.kantoor.test", "jan@demo.kantoor.test"),
        ("jan@example.com", "jan@example.com"),
        ("jan@münchen.de", "jan@münchen.de"),
        ("jan@xn--mnchen-3ya.de", "jan@münchen.de"),
        ("jan@\uff4b\uff41\uff4e\uff54\uff4f\uff4f\uff52.nl", "jan@kantoor.nl"),
        ("jan@kantoor\u3002nl", "jan@kantoor.nl"),
        ("jose\u0301@voorbeeld.nl", "josé@voorbeeld.nl"),
    ],
)
def test_one_address(typed: str, read: str) -> None:
    """AL-1: an e-mail address is normalised to one spelling."""
    assert address(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "jan",
        "@voorbeeld.nl",
        "jan@",
        "jan@voorbeeld",
        "jan@test",
        "jan@localhost",
        "jan@pc.localhost",
        "jan@pc.local",
        "jan@kantoor.invalid",
        "a@b.nl, c@d.nl",
        "a@b.nl,c@d.nl",
        "a@b.nl; c@d.nl",
        "a@b.nl c@d.nl",
        "a@b.nl\nc@d.nl",
        "a@b.nl\r\nBcc: c@d.nl",
        "a@b.nl\0",
        "a\0@b.nl",
        "a@b@c.nl",
        "Jan <a@b.nl>",
        "<a@b.nl>",
        '"Jan" <a@b.nl>',
        '"jan jansen"@b.nl',
        "jan(klant)@b.nl",
        "mailto:a@b.nl",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@b..nl",
        "a..b@c.nl",
        ".a@b.nl",
        "a@-b.nl",
        "a@b.nl.",
        "a@b_c.nl",
        "a\u202e@b.nl",
        "a\u00ad@b.nl",
        "a\u00a0@b.nl",
        "\u200b<a@b.nl>",
        "\u200b",
        "a\u200b@b.nl",
        "a@b\u200b.nl",
        "a@b\u00adc.nl",
        "a@b\ufe0f.nl",
        "a\u2028@b.nl",
        "a\ud800@b.nl",
        "a@b\ud800.nl",
    ],
)
def test_no_address(typed: str) -> None:
    """AL-1: text that is not exactly one plain address, without name, line end or invisible characters, is refused."""
    assert address(typed) is None


@given(ADDRESSES, ADDRESSES, st.sampled_from([",", ", ", ";", " ", "\n", "\r\n", "\t", "@", "\u2028", "><", "\0"]))
def test_two_addresses(one: str, other: str, between: str) -> None:
    """AL-1: two addresses are refused, whatever separates them."""
    assert address(f"{one}{between}{other}") is None


@given(ADDRESSES, st.data())
def test_lines_in_an_address(one: str, data: st.DataObject) -> None:
    """AL-1: an address with a line end is refused, as it could add a header."""
    place = data.draw(st.integers(1, len(one) - 1))
    line_end = data.draw(st.sampled_from(["\r", "\n", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\0"]))
    assert address(one[:place] + line_end + one[place:]) is None


@given(st.one_of(ANY_TEXT, ADDRESSES, st.builds("{}@{}.{}".format, ANY_TEXT, ANY_TEXT, ANY_TEXT)))
def test_whatever_is_typed_as_address(typed: str) -> None:
    """AL-1: any text is refused, or read as an address that fits a header and is normal already."""
    read = address(typed)
    if read is not None:
        assert address(read) == read
        assert read.count("@") == 1
        assert not any(each.isspace() or each in ',;<>()[]"\\:' or not each.isprintable() for each in read)
        assert read.partition("@")[2].islower() or not any(each.isupper() for each in read.partition("@")[2])
        assert unicodedata.normalize("NFC", read) == read
        assert len(read.encode()) <= ADDRESS_LIMIT


AROUND = st.text(INVISIBLE, max_size=5)
"""What is copied along with an address, and is not seen."""


@given(AROUND, ADDRESSES, AROUND)
def test_copied_address(before: str, one: str, after: str) -> None:
    """SI-1: an address is read and looked up without the spaces and invisible characters around it."""
    assert address(before + one + after) == address(one) is not None
    assert folded(before + one + after) == folded(one)


@given(ADDRESSES, INVISIBLE, st.data())
def test_unseen_within_an_address(one: str, unseen: str, data: st.DataObject) -> None:
    """ON-3: an invisible character within an address makes it none, and not the account's own."""
    place = data.draw(st.integers(1, len(one) - 1))
    typed = one[:place] + unseen + one[place:]
    assert address(typed) is None
    assert folded(typed) != folded(one)


@given(ANY_TEXT)
def test_trimming(text: str) -> None:
    """AL-1: trimming removes nothing that is seen, and nothing the second time."""
    once = trimmed(text)
    assert trimmed(once) == once
    assert is_blank(text.replace(once, "", 1))


def test_longest_address() -> None:
    """AL-1: an address of 254 characters is accepted, one of 255 is not (RFC 5321 4.5.3.1.3)."""
    domain = f"{'b' * 60}.{'c' * 60}.{'d' * 60}.nl"
    longest = "a" * (ADDRESS_LIMIT - len(domain) - 1) + "@" + domain
    assert (len(longest), address(longest), address("a" + longest)) == (254, longest, None)


@given(st.text(st.characters(categories=["L"]), min_size=60, max_size=130))
@example("\u0149" * 124)
@example("\ufb03" * 82)
def test_longest_folded_address(local: str) -> None:
    """ON-3: a folded address has at most 254 characters, although folding can make three of one letter."""
    read = address(f"{local}@b.nl")
    assert read is None or len(folded(read)) <= ADDRESS_LIMIT


@pytest.mark.parametrize("read", [address, folded, composed, searchable], ids=lambda read: str(read.__name__))
def test_time_for_long_texts(read: Callable[[str], object]) -> None:
    """AL-1: many accents take hardly longer than as many letters, although normalising sorts them in quadratic time."""
    letters = "é" * len(ACCENTS)
    assert seconds(lambda: read(f"{ACCENTS}@voorbeeld.nl")) < 20 * seconds(lambda: read(f"{letters}@voorbeeld.nl"))


@pytest.mark.parametrize("half", [500, 2040])
@pytest.mark.parametrize("read", [address, folded, composed], ids=lambda read: str(read.__name__))
def test_time_for_crossing_accents(read: Callable[[str], object], half: int) -> None:
    """AL-1: the longest text that is normalised takes hardly longer with accents above and below than with letters."""
    crossing, letters = "\u0300" * half + "\u0316" * half, "é" * 2 * half
    assert seconds(lambda: read(crossing)) < 20 * seconds(lambda: read(letters))


@given(st.text(st.sampled_from("a가각é\u0300\u0316\u0344\u0345\u0f73\u0f75\u0f81\u3099\U0001d15e"), min_size=129))
def test_composing_marks(typed: str) -> None:
    """PW-2: text is composed as NFC, whatever the order of its combining marks."""
    assert composed(typed) == unicodedata.normalize("NFC", typed)


@pytest.mark.parametrize(
    "typed,stored",
    [
        ("JAN@VOORBEELD.NL", "jan@voorbeeld.nl"),
        ("  jan@voorbeeld.nl\n", "jan@voorbeeld.nl"),
        ("RENE\u0301E@b.nl", "renée@b.nl"),
        ("ΌΔΥΣΣΕΎΣ@b.gr", "όδυσσεύς@b.gr"),
        ("İ@b.nl", "i\u0307@b.nl"),
        ("\u212aees@b.nl", "kees@b.nl"),
        ("ǆ@b.nl", "ǅ@b.nl"),
    ],
)
def test_folded_alike(typed: str, stored: str) -> None:
    """SI-1: an address folds the same in any case, with outer spaces, and in any Unicode form."""
    assert folded(typed) == folded(stored)


@pytest.mark.parametrize(
    "typed",
    ["jan@voorbeeld.be", "ján@voorbeeld.nl", "j.an@voorbeeld.nl", "jan\0@voorbeeld.nl", "jan\ud800@voorbeeld.nl"],
)
def test_folded_apart(typed: str) -> None:
    """ON-3: an address that differs by an accent or an invisible character folds differently."""
    assert folded(typed) != folded("jan@voorbeeld.nl")


@given(ANY_TEXT)
@example("a\u0345\u0301")
@example("ß\u0301")
@example("ǰ")
@example("\x00" * 3)
def test_folding(typed: str) -> None:
    """SI-1: folding twice changes nothing, is the same for NFC and NFD, and gives storable text."""
    once = folded(typed)
    assert folded(once) == once
    assert folded(unicodedata.normalize("NFD", typed)) == once
    assert folded(unicodedata.normalize("NFC", typed)) == once
    assert folded(f" {typed}\n") == once
    assert is_storable(once)


@pytest.mark.parametrize("one,other", [("straße@b.de", "strasse@b.de"), ("jo\u017ft@b.nl", "jost@b.nl")])
def test_letters_that_only_fold_alike(one: str, other: str) -> None:
    """PE-1: addresses that case folding would make the same may be two mailboxes."""
    assert folded(one) != folded(other)


@given(st.text("abcxyzàéëïñöüçæø@.-", max_size=30))
def test_folding_case(typed: str) -> None:
    """SI-1: upper and lower case fold the same."""
    assert folded(typed.upper()) == folded(typed) == folded(typed.title())


def test_folding_beyond_normalising() -> None:
    """SI-1: a text too long to normalise is only put in lower case, and equals no address."""
    long = "A" * 5000 + "\0"
    assert folded(long) == "a" * 5000 + "\ufffd"


@given(ANY_TEXT)
def test_composing(typed: str) -> None:
    """PW-2: text is composed to one form, which can be stored."""
    assert composed(unicodedata.normalize("NFD", typed)) == composed(typed)
    assert is_storable(composed(typed))


def test_composing_long() -> None:
    """PW-2: text of up to 4,096 characters is composed."""
    assert (composed("e\u0301" * 2048), composed("e\u0301" * 2049)) == ("é" * 2048, "e\u0301" * 2049)


@pytest.mark.parametrize(
    "text,found",
    [
        ("Café Zuid", "cafe zuid"),
        ("CAFE\u0301  \n zuid ", "cafe zuid"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁnanciën", "financien"),
        ("\uff21\uff22\uff23 \uff11\uff12\uff13", "abc 123"),
        ("Ⅷ", "viii"),
        ("samen\u00adgesteld", "samengesteld"),
        ("a\u200bb\u202ec\0d\ud800e", "abcde"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
    ],
)
def test_searchable(text: str, found: str) -> None:
    """DO-2: search ignores case, accents, compatibility forms, invisible characters and repeated white space."""
    assert searchable(text) == found


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_searching_for_a_part(before: str, part: str, after: str) -> None:
    """DO-2: every part of a text is found in it."""
    assert searchable(part) in searchable(f"{before}{part}{after}")


@given(ANY_TEXT)
def test_searching_folds_once(text: str) -> None:
    """DO-2: folding for search twice changes nothing, is the same for NFD, and gives storable text."""
    once = searchable(text)
    assert searchable(once) == once == searchable(unicodedata.normalize("NFD", text))
    assert is_storable(once)
    assert " ".join(once.split()) == once


@pytest.mark.parametrize(
    "typed,kept",
    [
        ("  Jan\t de   Boer \r\n", "Jan de Boer"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("a\0b\x1bc\x7fd\x9fe", "abcde"),
        ("a\u202eb\u2066c\u200ed\u061ce", "abcde"),
        ("a\ud800b\udfffc", "abc"),
        ("\u0627\u200cب 👩\u200d⚖️", "\u0627\u200cب 👩\u200d⚖️"),
        ("\u202e \u202e", ""),
    ],
)
def test_plain_line(typed: str, kept: str) -> None:
    """AT-4: a line keeps visible characters and joiners, and loses controls, bidi marks and repeated spaces."""
    assert plain_line(typed) == kept


@given(ANY_TEXT)
def test_plain_lines(typed: str) -> None:
    """AT-4: any text becomes one storable line that reorders nothing and is not longer than the text."""
    line = plain_line(typed)
    assert plain_line(line) == line == " ".join(line.split())
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in line)
    assert not any(unicodedata.bidirectional(each) in BIDI_FORMATS or each in "\u200e\u200f\u061c" for each in line)
    assert len(line) <= len(typed)


BIDI_FORMATS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""The classes of characters that change the direction of text (UAX 9, table 4)."""


@given(PRINTABLE)
def test_plain_line_keeps(typed: str) -> None:
    """AT-4: printable text is kept unchanged."""
    assert plain_line(typed) == typed
    assert plain_text(typed) == typed


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P", "S"])), min_size=1),
    st.sampled_from(["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"]),
)
def test_line_ends(lines: list[str], line_end: str) -> None:
    """ME-3: every line end becomes one LF, so that it counts as one character and lines are kept (ME-5)."""
    assert plain_text(line_end.join(lines)) == "\n".join(lines)


@given(ANY_TEXT)
@example("\r\0\n")
@example("a\tb")
def test_plain_text(typed: str) -> None:
    """ME-5: text keeps lines and tabs, loses control characters, and never becomes longer (ME-3)."""
    text = plain_text(typed)
    assert plain_text(text) == text
    assert text.count("\t") == typed.count("\t")
    assert all(each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp") for each in text)
    assert len(text) <= len(typed)


@given(st.text(INVISIBLE))
def test_blank(typed: str) -> None:
    """ME-3: white space, control characters, fillers and other invisible characters are blank."""
    assert is_blank(typed)


@given(st.text(INVISIBLE), VISIBLE, st.text(INVISIBLE))
@example("", "👍", "")
@example("", "0", "")
def test_not_blank(before: str, seen: str, after: str) -> None:
    """ME-3: a text with one visible character is not blank."""
    assert not is_blank(f"{before}{seen}{after}")
