"""The writer of PDFs passes the contract."""

import pytest

from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.testing.contracts.pdf import PdfWriterContract


class TestFpdfWriter(PdfWriterContract):
    """fpdf2, with DejaVu Sans."""

    @pytest.fixture
    def writer(self) -> FpdfWriter:
        """Give the writer."""
        return FpdfWriter()
