"""The contract of PDF writers, for the portal's writer."""

import pytest

from klantportaal.adapters.pdf import FpdfWriter
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
