"""The contract of PDF writers, for the portal's writer."""

import pytest

from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.testing.contracts.pdf import PdfWriterContract


class TestFpdfWriter(PdfWriterContract):
    """The contract for fpdf2 with DejaVu Sans."""

    @pytest.fixture
    def writer(self) -> FpdfWriter:
        """Return the writer."""
        return FpdfWriter()

    @pytest.fixture
    def reopened(self) -> type[FpdfWriter]:
        """Return what makes another writer."""
        return FpdfWriter


class TestTypstWriter(PdfWriterContract):
    """The contract for Typst with DejaVu Sans."""

    @pytest.fixture
    def writer(self) -> TypstWriter:
        """Return the writer."""
        return TypstWriter()

    @pytest.fixture
    def reopened(self) -> type[TypstWriter]:
        """Return what makes another writer."""
        return TypstWriter
