"""Documents: published, replaced, withdrawn."""

from collections.abc import Callable
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.documents import (
    Document,
    DocumentKind,
    DocumentState,
    Publication,
    publish,
    replace,
    require_available,
    withdraw,
)
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import DocumentPublished, DocumentWithdrawn
from klantportaal.domain.values import ClientId, is_blank, plain_line
from tests.domain.given import (
    AT,
    CLIENT_ID,
    DOCUMENT,
    DOCUMENT_ID,
    DOSSIER_ID,
    FILE,
    HANDLER,
    NEW_DOCUMENT_ID,
    OFFICE_ID,
    OTHER_CLIENT_ID,
    OTHER_FILE,
    SOUND_TEXT,
    fault,
    refusal,
)

PARTIES = frozenset({CLIENT_ID, OTHER_CLIENT_ID})
PUBLICATION = Publication(kind=DocumentKind.CORRESPONDENCE, title="Onze brief", for_clients=frozenset({CLIENT_ID}))
REPLACED = attrs.evolve(DOCUMENT, state=DocumentState.REPLACED)
WITHDRAWN = attrs.evolve(DOCUMENT, state=DocumentState.WITHDRAWN)
CLIENTS = st.frozensets(st.integers(1, 5).map(lambda each: ClientId(UUID(int=each))))


def published(publication: Publication, parties: frozenset[ClientId] = PARTIES) -> tuple[Document, DocumentPublished]:
    """Publish the usual file in the usual dossier."""
    return publish(
        publication,
        FILE,
        dossier_id=DOSSIER_ID,
        office_id=OFFICE_ID,
        parties=parties,
        id=DOCUMENT_ID,
        handler=HANDLER,
        at=AT,
    )


def replaced(
    document: Document, audience: frozenset[ClientId] = PARTIES
) -> tuple[Document, Document, DocumentPublished]:
    """Replace a document by the other file."""
    return replace(document, OTHER_FILE, audience=audience, id=NEW_DOCUMENT_ID, handler="Mr. B", at=AT)


@pytest.mark.parametrize("kind", DocumentKind)
def test_publish(kind: DocumentKind) -> None:
    """DC-1: the office publishes a file, as document or correspondence, to one or more parties."""
    assert published(attrs.evolve(PUBLICATION, kind=kind, title=" Onze\tbrief ", for_clients=PARTIES)) == (
        Document(
            id=DOCUMENT_ID,
            office_id=OFFICE_ID,
            dossier_id=DOSSIER_ID,
            kind=kind,
            title="Onze brief",
            file=FILE,
            published_at=AT,
            published_by=HANDLER,
            state=DocumentState.AVAILABLE,
            edition=1,
            replaces=None,
            ended_at=None,
            reason=None,
        ),
        DocumentPublished(
            dossier_id=DOSSIER_ID,
            document_id=DOCUMENT_ID,
            client_ids=(CLIENT_ID, OTHER_CLIENT_ID),
            replaces=None,
            at=AT,
        ),
    )


@given(CLIENTS, CLIENTS)
def test_audience(for_clients: frozenset[ClientId], parties: frozenset[ClientId]) -> None:
    """DC-1: a document is for at least one party of the dossier, and for parties only."""
    publication = attrs.evolve(PUBLICATION, for_clients=for_clients)
    if for_clients and for_clients <= parties:
        _document, fact = published(publication, parties)
        assert fact.client_ids == tuple(sorted(for_clients))
    else:
        code = FaultCode.NOT_A_PARTY if for_clients else FaultCode.MISSING
        assert refusal(lambda: published(publication, parties)) == [fault(code, "for_clients")]


@given(SOUND_TEXT)
def test_title(title: str) -> None:
    """DC-1: any title is kept as one line; a title that shows nothing is replaced by the file's name."""
    document, _fact = published(attrs.evolve(PUBLICATION, title=title))
    assert document.title == (FILE.name if is_blank(title) else plain_line(title))
    assert not is_blank(document.title)


def test_long_title() -> None:
    """AL-1: a title has at most 150 characters, and all faults are reported at once."""
    assert published(attrs.evolve(PUBLICATION, title="a" * 150))[0].title == "a" * 150
    wrong = attrs.evolve(PUBLICATION, title="a" * 151, for_clients=frozenset())
    assert refusal(lambda: published(wrong)) == [
        fault(FaultCode.TOO_LONG, "title", limit=150),
        fault(FaultCode.MISSING, "for_clients"),
    ]


def test_replace() -> None:
    """DC-3: a new version replaces a document, for the same parties, and the old version is marked as replaced."""
    assert replaced(DOCUMENT) == (
        attrs.evolve(DOCUMENT, state=DocumentState.REPLACED, ended_at=AT),
        Document(
            id=NEW_DOCUMENT_ID,
            office_id=OFFICE_ID,
            dossier_id=DOSSIER_ID,
            kind=DOCUMENT.kind,
            title=DOCUMENT.title,
            file=OTHER_FILE,
            published_at=AT,
            published_by="Mr. B",
            state=DocumentState.AVAILABLE,
            edition=2,
            replaces=DOCUMENT_ID,
            ended_at=None,
            reason=None,
            version=1,
        ),
        DocumentPublished(
            dossier_id=DOSSIER_ID,
            document_id=NEW_DOCUMENT_ID,
            client_ids=(CLIENT_ID, OTHER_CLIENT_ID),
            replaces=DOCUMENT_ID,
            at=AT,
        ),
    )


def test_replaced_name() -> None:
    """DC-3: a document titled by its file's name gets the new file's name when it is replaced."""
    _old, new, _fact = replaced(attrs.evolve(DOCUMENT, title=FILE.name))
    assert new.title == OTHER_FILE.name


def test_third_edition() -> None:
    """DC-3: each version replaces the one before it."""
    _old, second, _fact = replaced(DOCUMENT)
    _old, third, _fact = replaced(second)
    assert (third.edition, third.replaces) == (3, NEW_DOCUMENT_ID)


def test_withdraw() -> None:
    """DC-3: the office withdraws a document with a reason; its other fields stay."""
    assert withdraw(DOCUMENT, " Verkeerde\nbijlage ", audience=PARTIES, at=AT) == (
        attrs.evolve(DOCUMENT, state=DocumentState.WITHDRAWN, ended_at=AT, reason="Verkeerde bijlage"),
        DocumentWithdrawn(
            dossier_id=DOSSIER_ID, document_id=DOCUMENT_ID, client_ids=(CLIENT_ID, OTHER_CLIENT_ID), at=AT
        ),
    )


@pytest.mark.parametrize(
    "reason,faults",
    [
        ("", [fault(FaultCode.MISSING, "reason")]),
        (" \u200b\u2800", [fault(FaultCode.MISSING, "reason")]),
        ("a" * 301, [fault(FaultCode.TOO_LONG, "reason", limit=300)]),
    ],
)
def test_reason(reason: str, faults: list[Fault]) -> None:
    """DC-3: a withdrawal needs a reason of at most 300 characters."""
    assert refusal(lambda: withdraw(DOCUMENT, reason, audience=PARTIES, at=AT)) == faults
    assert withdraw(DOCUMENT, "a" * 300, audience=PARTIES, at=AT)[0].reason == "a" * 300


@pytest.mark.parametrize("document", [REPLACED, WITHDRAWN], ids=lambda document: document.state)
@pytest.mark.parametrize(
    "act",
    [replaced, lambda document: withdraw(document, "Verkeerd", audience=PARTIES, at=AT), require_available],
    ids=["replace", "withdraw", "require"],
)
def test_ended(document: Document, act: Callable[[Document], object]) -> None:
    """DC-3: a replaced or withdrawn document is not available, and cannot be replaced or withdrawn again."""
    assert refusal(lambda: act(document)) == [fault(FaultCode.WRONG_STATE, "document", state=document.state)]


def test_available() -> None:
    """DC-3: a document that was neither replaced nor withdrawn is available."""
    require_available(DOCUMENT)
