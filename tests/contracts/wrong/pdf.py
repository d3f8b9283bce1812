"""PDF writers that break promises of their port."""

import itertools
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import attrs
import pytest

from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PdfWriter, PostalLetter, ReceiptSheet, Report
from klantportaal.testing.contracts.pdf import PdfWriterContract
from tests.contracts.wrong import caught_by


class _Wrong(PdfWriterContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def writer(self) -> PdfWriter:
        """Return the wrong adapter."""
        found: PdfWriter = type(self).makes()
        return found

    @pytest.fixture
    def reopened(self) -> type[PdfWriter]:
        """Return what makes another one."""
        return type(self).makes


class _Counting(FpdfWriter):
    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    def write(self, report: Report) -> bytes:
        return super().write(report) + b"\n%% %d" % next(self._numbers)


@caught_by("test_same_bytes", "Property 9: the same report always gives the same PDF")
class CountsItsPdfs(_Wrong):
    """It numbers its PDFs."""

    makes = _Counting


class _Signing(FpdfWriter):
    def __init__(self) -> None:
        super().__init__()
        self._id = uuid4().hex.encode()

    def write(self, report: Report) -> bytes:
        return super().write(report) + b"\n% " + self._id


@caught_by("test_same_bytes_anew", "Property 9: the same report gives the same bytes, whichever writer makes them")
class NamesItsProcess(_Wrong):
    """It writes an id of its process into its PDFs."""

    makes = _Signing


class _Unattached(FpdfWriter):
    def write(self, report: Report) -> bytes:
        return super().write(attrs.evolve(report, attachment=report.attachment.strip(b"{}")))


@caught_by("test_attachment", "QU-4: the answers as JSON are attached, byte for byte")
class ChangesTheAttachment(_Wrong):
    """Its attachment is not the one that it was given."""

    makes = _Unattached


class _Dutch(FpdfWriter):
    def write(self, report: Report) -> bytes:
        return super().write(attrs.evolve(report, language=Language.DUTCH))


@caught_by("test_english", "Property 10: the English PDF does so in English")
class WritesDutchOnly(_Wrong):
    """It writes every PDF in Dutch."""

    makes = _Dutch


class _Shorter(FpdfWriter):
    def write(self, report: Report) -> bytes:
        return super().write(attrs.evolve(report, asked=report.asked[:-1]))


@caught_by("test_dutch", "Property 10: the PDF has every question with its answer in words, in order")
class LeavesAQuestionOut(_Wrong):
    """It leaves the last question out."""

    makes = _Shorter


class _Cutting(FpdfWriter):
    def write(self, report: Report) -> bytes:
        asked = [
            attrs.evolve(each, answer=each.answer[:500]) if isinstance(each.answer, str) else each
            for each in report.asked
        ]
        return super().write(attrs.evolve(report, asked=tuple(asked)))


@caught_by("test_long_answers", "QU-4: a long answer or a long word continues on the next page")
class CutsLongAnswers(_Wrong):
    """It cuts an answer that does not fit."""

    makes = _Cutting


class _Markup(FpdfWriter):
    def write(self, report: Report) -> bytes:
        asked = [
            attrs.evolve(each, answer=each.answer.replace("**", "")) if isinstance(each.answer, str) else each
            for each in report.asked
        ]
        return super().write(attrs.evolve(report, asked=tuple(asked)))


@caught_by("test_no_markup", "QU-4: typed text appears as text, whatever it means in markup or templates")
class TakesTextForMarkup(_Wrong):
    """It takes stars for markup."""

    makes = _Markup


class _Older(FpdfWriter):
    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        before = sheet.receipt.delivered_at - timedelta(days=400)
        return super().write_receipt(attrs.evolve(sheet, receipt=attrs.evolve(sheet.receipt, delivered_at=before)))


@caught_by("test_receipt[nl]", "RQ-4: the PDF of a receipt has the delivery, each file with its SHA-256")
class SaysAnotherTime(_Wrong):
    """Its receipts say another time of the delivery."""

    makes = _Older


class _Sizeless(FpdfWriter):
    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        files = tuple(attrs.evolve(each, size=1) for each in sheet.receipt.files)
        return super().write_receipt(attrs.evolve(sheet, receipt=attrs.evolve(sheet.receipt, files=files)))


@caught_by("test_receipt[nl]", "RQ-4: a receipt has the size of each file")
class SaysAnotherSize(_Wrong):
    """Its receipts say other sizes."""

    makes = _Sizeless


class _Logoless(FpdfWriter):
    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        return super().write_receipt(attrs.evolve(sheet, logo=None))


@caught_by("test_logo", "OF-3: every PDF shows the logo of its office")
class LeavesTheLogoOut(_Wrong):
    """Its receipts have no logo."""

    makes = _Logoless


class _NamedLetters(FpdfWriter):
    def __init__(self) -> None:
        super().__init__()
        self._id = uuid4().hex.encode()

    def write_letter(self, letter: PostalLetter) -> bytes:
        return super().write_letter(letter) + b"\n% " + self._id


@caught_by("test_same_bytes_anew", "Property 9: the same report gives the same bytes, whichever writer makes them")
class NamesItsProcessInLetters(_Wrong):
    """It writes an id of its process into its letters."""

    makes = _NamedLetters
