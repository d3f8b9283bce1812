"""Hypothesis strategies for text that people type and paste, in the form that the domain accepts."""

from hypothesis import strategies as st

from klantportaal.domain.dossiers import DESCRIPTION_LIMIT
from klantportaal.domain.messages import MessageText, tidy
from klantportaal.domain.uploads import shown_name
from klantportaal.domain.values import NAME_LIMIT, is_blank, plain_line

AWKWARD = ["%", "_", "\\", "'", '"', "é", "e\u0301", "ß", "İ", "ﬁ", "ǅ", "Σς", "👩\u200d⚖️", "日本", "\u200b", " ", "\n"]
"""Text that is error-prone in quoting, patterns, case folding and length limits."""

typed = st.lists(st.sampled_from(AWKWARD) | st.text("abcABC 12", min_size=1, max_size=8) | st.characters(), max_size=20)
"""Pieces of typed text."""


def lines(limit: int = DESCRIPTION_LIMIT) -> st.SearchStrategy[str]:
    """Make a line that is not blank, of at most *limit* characters, for a number, description, subject or title."""
    cleaned = typed.map(lambda pieces: plain_line(plain_line("".join(pieces))[:limit]))
    return cleaned.filter(lambda line: not is_blank(line))


def names() -> st.SearchStrategy[str]:
    """Make the name of a client or an account."""
    return lines(NAME_LIMIT)


def file_names() -> st.SearchStrategy[str]:
    """Make the displayed name of a file."""
    return typed.map(lambda pieces: shown_name("".join(pieces) + ".pdf"))


def message_texts() -> st.SearchStrategy[MessageText]:
    """Make a tidied text of a message."""
    bodies = st.lists(lines(), min_size=1, max_size=4).map("\n".join)
    return st.builds(MessageText, subject=lines(), body=bodies).map(tidy)


def parts_of(text: str) -> st.SearchStrategy[str]:
    """Take a part of a text, as a search term."""
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    return ends.map(lambda both: text[both[0] : both[1]])
