"""The reader of streamed forms gives the same parts, however the bytes arrive."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.http.errors import Malformed, TooLarge
from klantportaal.adapters.web.http.form_parts import FilePart, FormLimits, TextPart
from klantportaal.adapters.web.http.multipart import FormReader
from tests.hosts.browsers import Upload, multipart

LIMITS = FormLimits(parts=10, field=1000, total=100_000)
CONTENT = st.binary(max_size=300).map(lambda each: each.replace(b"--grens", b"")) | st.sampled_from(
    [b"\r\n--gren", b"--grens"[:-1], b"\r\n", b"\r", b"\n--", b"x" * 5000]
)


def cut(body: bytes, size: int) -> Iterator[bytes]:
    """Split a body into pieces."""
    return (body[at : at + size] for at in range(0, len(body), size))


def parts(kind: str, body: bytes, size: int, limits: FormLimits = LIMITS) -> list[tuple[str, str, bytes]]:
    """Read a whole form: for each part its name, its value or file name, and the contents of a file."""
    read = []
    for part in FormReader(kind, cut(body, size), limits):
        if isinstance(part, TextPart):
            read.append((part.name, part.value, b""))
        else:
            read.append((part.name, part.file_name, b"".join(part.blocks)))
    return read


@given(st.lists(CONTENT, max_size=3), st.integers(min_value=1, max_value=400))
def test_any_pieces(contents: list[bytes], size: int) -> None:
    """AT-3: Files are read byte for byte, however the network splits them."""
    uploads = [Upload(name=f"{number}.pdf", content=content) for number, content in enumerate(contents)]
    kind, body = multipart({"subject": "Één\r\nregel"}, uploads)
    files = [("files", upload.name, upload.content) for upload in uploads]
    assert parts(kind, body, size) == [("subject", "Één\r\nregel", b""), *files]


@given(st.integers(min_value=1, max_value=5000))
def test_skipping(size: int) -> None:
    """AT-3: The unread rest of a file is skipped. The following parts are whole."""
    kind, body = multipart({}, [Upload(name="a", content=b"a" * 5000), Upload(name="b", content=b"b" * 50)])
    reader = FormReader(kind, cut(body, size), LIMITS)
    taken = []
    for part in reader:
        assert isinstance(part, FilePart)
        taken.append(next(part.blocks) if part.file_name == "a" else b"".join(part.blocks))
    assert taken[0] == b"a" * len(taken[0])
    assert taken[1] == b"b" * 50


@given(st.binary(max_size=400), st.integers(min_value=1, max_value=50))
def test_noise(body: bytes, size: int) -> None:
    """AL-1: Any bytes give parts or a refusal, never another error."""
    try:
        parts("multipart/form-data; boundary=grens", b"--grens\r\n" + body, size)
    except (Malformed, TooLarge):
        return


@pytest.mark.parametrize("end", range(5, 160, 5))
def test_cut_off(end: int) -> None:
    """AL-1: A form that ends too early is refused, wherever it ends."""
    kind, body = multipart({"a": "b"}, [Upload(name="c.pdf", content=b"x" * 50)])
    with pytest.raises(Malformed):
        parts(kind, body[: min(end, len(body) - 5)], 1000)


@pytest.mark.parametrize(
    "limits",
    [
        FormLimits(parts=1, field=1000, total=100_000),
        FormLimits(parts=10, field=5, total=100_000),
        FormLimits(parts=10, field=1000, total=100),
    ],
)
def test_limits(limits: FormLimits) -> None:
    """AL-1: Too many parts, a field that is too long, or too many bytes are refused while they stream."""
    kind, body = multipart({"a": "tien tekens", "b": "x"}, [Upload(name="c", content=b"x" * 500)])
    with pytest.raises(TooLarge):
        parts(kind, body, 50, limits)


def test_files_flow() -> None:
    """AT-3: The blocks of a file are available while the body still streams."""
    kind, body = multipart({}, [Upload(name="a", content=b"x" * 90_000)])
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(body), 1000):
            asked.append(at)
            yield body[at : at + 1000]

    part = next(iter(FormReader(kind, pieces(), LIMITS)))
    assert isinstance(part, FilePart)
    next(part.blocks)
    assert len(asked) < 5
