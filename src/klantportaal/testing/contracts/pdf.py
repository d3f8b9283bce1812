"""Tests the promises of ``klantportaal.ports.pdf``.

Inherit ``PdfWriterContract`` and provide its fixture::

    class TestOurWriter(PdfWriterContract):
        @pytest.fixture
        def writer(self) -> OurWriter:
            return OurWriter()

        @pytest.fixture
        def reopened(self) -> Callable[[], OurWriter]:
            return OurWriter  # another one, as another process has

A writer has no server behind it, so it needs no other fixtures of ``promises``.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.questionnaires.definition import (
    Answer,
    Calculation,
    Computed,
    Heading,
    Operand,
    Page,
    Question,
    QuestionTexts,
    QuestionType,
)
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.receipts import Receipt, ReceiptFile
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import ClientId, DossierId, Fingerprint, Language, OfficeId, ReceiptId
from klantportaal.ports.pdf import PdfWriter, PostalLetter, ReceiptSheet, Report
from klantportaal.testing.contracts.logos import PNG, a_picture
from klantportaal.testing.contracts.promises import Contract, another

ADDRESS = {"postcode": "1000", "number": "12", "street": "Wetstraat", "place": "Brussel", "country": "BE"}
SIGNATURE = {"name": "Jan Jansen", "at": "2026-01-31T23:30:00Z", "drawing": "M20 120L300 30L580 200M300 60L300 60"}
ATTACHMENT = "antwoorden.json"
OFFICE = OfficeProfile(
    name="Notariskantoor Van der Meer & Zn.",
    contact_address="post@kantoor.test",
    telephone="020 123 45 67",
    visiting_address="Keizersgracht 1\n1015 CC Amsterdam",
)
SUM = Computed(how=Calculation.SUM, of=(Operand(question="amount"),), kind=QuestionType.AMOUNT)
_FIRST = 10
"""The number of questions on the first page of a report on everything."""


def question(id: str, kind: QuestionType = QuestionType.TEXT, *columns: Question, label: str = "") -> Question:
    """Make a question, with a label in each language."""
    dutch, english = {"a": "Optie A", "b": "Optie B"}, {"a": "Option A", "b": "Option B"}
    texts = {
        Language.DUTCH: QuestionTexts(label=label or f"Vraag {id}?", options=dutch),
        Language.ENGLISH: QuestionTexts(label=label or f"Question {id}?", options=english),
    }
    return Question(
        id=id, type=kind, texts=texts, columns=columns, computed=SUM if kind == QuestionType.COMPUTED else None
    )


def page(id: str, *questions: Question) -> Page:
    """Make a page of questions, with a title in each language."""
    texts = {Language.DUTCH: Heading(title=f"Pagina {id}"), Language.ENGLISH: Heading(title=f"Page {id}")}
    return Page(id=id, texts=texts, questions=questions)


def report(*asked: Asked, language: Language = Language.DUTCH, title: str = "Uw testament") -> Report:
    """Make a report of questions and answers."""
    answers = {each.question.id: each.answer for each in asked}
    return Report(
        language=language,
        title=title,
        office=OFFICE,
        client_name="J. (Jan) Jansen",
        dossier_number="2026-0001",
        dossier_description="Levering woning",
        completed_by="Anna Jansen-de Wit",
        completed_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        asked=asked,
        attachment=json.dumps({"answers": answers}, ensure_ascii=False).encode("utf-8", "surrogatepass"),
    )


def one(answer: Answer, kind: QuestionType = QuestionType.LONG_TEXT, *columns: Question) -> Report:
    """Make a report of one answer."""
    asked = question("only", kind, *columns)
    return report(Asked(page=page("1", asked), question=asked, answer=answer))


def everything(language: Language) -> Report:
    """Make a report on two pages with an answer of every type, and one question without an answer."""
    name, amount = question("name"), question("amount", QuestionType.AMOUNT)
    answers: Mapping[QuestionType, Answer] = {
        QuestionType.TEXT: "De Wit",
        QuestionType.LONG_TEXT: "Een regel\n\nen nog een",
        QuestionType.INTEGER: 2026,
        QuestionType.AMOUNT: 123456,
        QuestionType.PERCENTAGE: 1250,
        QuestionType.DECIMAL: -125,
        QuestionType.DATE: "1952-01-31",
        QuestionType.TIME: "14:30",
        QuestionType.BOOLEAN: False,
        QuestionType.CHOICE: "b",
        QuestionType.CHOICES: ["a", "b"],
        QuestionType.EMAIL: "jan@example.nl",
        QuestionType.PHONE: "+31612345678",
        QuestionType.IBAN: "NL91ABNA0417164300",
        QuestionType.BSN: "111222333",
        QuestionType.RSIN: "004495445",
        QuestionType.KVK: "12345678",
        QuestionType.VAT: "NL004495445B01",
        QuestionType.ADDRESS: ADDRESS,
        QuestionType.SIGNATURE: SIGNATURE,
        QuestionType.FILE: [{"id": "1", "name": "paspoort.pdf", "size": 2048}],
        QuestionType.ROWS: [{"name": "Anna", "amount": 100}, {"name": "Bart", "amount": 200}],
        QuestionType.PREFILLED: None,
        QuestionType.COMPUTED: 123456,
    }
    columns = {QuestionType.ROWS: (name, amount)}
    asked = [(question(kind, kind, *columns.get(kind, ())), answer) for kind, answer in answers.items()]
    pages = [
        page("1", *(each for each, _answer in asked[:_FIRST])),
        page("2", *(each for each, _answer in asked[_FIRST:])),
    ]
    return report(
        *(
            Asked(page=pages[number >= _FIRST], question=each, answer=answer)
            for number, (each, answer) in enumerate(asked)
        ),
        language=language,
    )


def reader(pdf: bytes) -> PdfReader:
    """Open a PDF in the parser's strict mode."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    """Read the text of a PDF, in order, with all whitespace as single spaces."""
    return " ".join(" ".join(sheet.extract_text() for sheet in reader(pdf).pages).split())


def assert_in_order(text: str, expected: Sequence[str]) -> None:
    """Assert that the texts occur one after another."""
    place = 0
    for each in expected:
        found = text.find(each, place)
        assert found >= 0, f"{each!r} is not in {text[place:]!r}"
        place = found + len(each)


def receipt_sheet(language: Language, *names: str) -> ReceiptSheet:
    """Make the sheet of a receipt of some files, all with other contents."""
    files = [
        ReceiptFile(name=name, size=2048 + place, sha256=hashlib.sha256(str(place).encode()).hexdigest())
        for place, name in enumerate(names)
    ]
    receipt = Receipt(
        id=ReceiptId(UUID(int=2)),
        office_id=OfficeId(UUID(int=1)),
        dossier_id=DossierId(UUID(int=3)),
        client_id=ClientId(UUID(int=4)),
        dossier_number="2026-0001",
        client_name="J. (Jan) Jansen",
        delivered_by="Anna Jansen-de Wit",
        delivered_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        files=tuple(files),
        fingerprint=Fingerprint(bytes(32)),
    )
    url = f"https://portaal.kantoor.test/ontvangstbewijs/{receipt.id}/{'a' * 43}"
    return ReceiptSheet(language=language, office=OFFICE, receipt=receipt, url=url)


def postal_letter(language: Language) -> PostalLetter:
    """Make a letter to a client that has opened nothing of any kind."""
    since = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    return PostalLetter(
        language=language,
        office=OFFICE,
        client_name="J. (Jan) Jansen",
        address=("Dam 1 / hs", "1012 JS Amsterdam"),
        dossier_number="2026-0001",
        unseen=tuple(UnseenCount(kind=kind, count=11 + 11 * n, since=since) for n, kind in enumerate(UnseenKind)),
        url="https://portaal.kantoor.test/klant",
        written_on=date(2026, 3, 2),
    )


def _every_kind(writer: PdfWriter, logo: bytes | None = None) -> Sequence[bytes]:
    """Write a PDF of each kind."""
    return [
        writer.write(attrs.evolve(everything(Language.DUTCH), logo=logo)),
        writer.write_receipt(attrs.evolve(receipt_sheet(Language.DUTCH, "bijlage.pdf"), logo=logo)),
        writer.write_letter(attrs.evolve(postal_letter(Language.DUTCH), logo=logo)),
    ]


def operators_of(pdf: bytes) -> bytes:
    """Read the operators that draw the sheets of a PDF, and the pictures on them."""
    document: Any = reader(pdf)
    forms = [form.get_object() for sheet in document.pages for form in sheet["/Resources"].get("/XObject", {}).values()]
    return b"".join(each.get_data() for each in (*(sheet.get_contents() for sheet in document.pages), *forms))


def pictures_of(pdf: bytes) -> int:
    """Count the pictures in a PDF."""
    return sum(len(sheet.images) for sheet in reader(pdf).pages)


def _require_described(pdf: bytes, language: Language) -> None:
    document = reader(pdf)
    assert document.metadata is not None
    assert document.metadata.title, "RQ-4, RM-1: the metadata of a PDF has its title"
    assert str(document.root_object["/Lang"]) == language.value


class PdfWriterContract(Contract):
    """The promises of a PDF writer, as tests."""

    def test_same_bytes(self, writer: PdfWriter) -> None:
        """Property 9: the same report always gives the same PDF."""
        first, again = (writer.write(everything(Language.DUTCH)) for _ in range(2))
        assert first == again
        assert first.startswith(b"%PDF-")

    def test_same_bytes_anew(self, writer: PdfWriter, reopened: Callable[[], PdfWriter]) -> None:
        """Property 9: another writer, as another process has, gives the same PDF, also after it wrote others."""
        again = another(reopened, writer)
        again.write(everything(Language.ENGLISH))
        promise = (
            "Property 9: the same report gives the same bytes, whichever writer makes them and whatever it wrote before"
        )
        for first, second in zip(_every_kind(again), _every_kind(writer), strict=True):
            assert first == second, promise

    def test_description(self, writer: PdfWriter) -> None:
        """QU-4: the metadata of a PDF has its title and language."""
        for language in Language:
            title = "Één titel (met haakjes) \\ € 100"
            document = reader(writer.write(report(language=language, title=title)))
            assert document.metadata is not None
            assert document.metadata.title == title
            assert str(document.root_object["/Lang"]) == language.value

    def test_head(self, writer: PdfWriter) -> None:
        """QU-4: a PDF begins with the facts of the report, and who completed it and when, in the office's time zone."""
        completed = {
            Language.DUTCH: "Ingevuld door Anna Jansen-de Wit op 1 februari 2026 om 00:30",
            Language.ENGLISH: "Completed by Anna Jansen-de Wit on 1 February 2026 at 00:30",
        }
        for language, sentence in completed.items():
            told = report(language=language)
            facts = [told.office.name, told.title, told.dossier_number, told.dossier_description, told.client_name]
            assert_in_order(text_of(writer.write(told)), [*facts, sentence])

    def test_dutch(self, writer: PdfWriter) -> None:
        """Property 10: the PDF has every question with its answer in words, in order, under the title of its page."""
        expected = """
            Pagina 1|Vraag text?|De Wit|Vraag long_text?|Een regel|en nog een|Vraag integer?|2026|Vraag amount?
            |€ 1.234,56|Vraag percentage?|12,5%|Vraag decimal?|-1,25|Vraag date?|31 januari 1952|Vraag time?|14:30
            |Vraag boolean?|Nee|Vraag choice?|Optie B|Pagina 2|Vraag choices?|Optie A|Optie B|Vraag email?
            |jan@example.nl|Vraag phone?|+31 6 12345678|Vraag iban?|NL91 ABNA 0417 1643 00|Vraag bsn?|111222333
            |Vraag rsin?|004495445|Vraag kvk?|12345678|Vraag vat?|NL004495445B01|Vraag address?
            |Wetstraat 12, 1000 Brussel, België|Vraag signature?
            |Ondertekend door Jan Jansen op 1 februari 2026 om 00:30
            |Dit is een gewone elektronische handtekening, geen gekwalificeerde.|Vraag file?|paspoort.pdf (2 kB)
            |Vraag rows?|1.|Vraag name?|Anna|Vraag amount?|€ 1,00|2.|Vraag name?|Bart|Vraag amount?|€ 2,00
            |Vraag prefilled?|Niet ingevuld|Vraag computed?|€ 1.234,56"""
        text = text_of(writer.write(everything(Language.DUTCH)))
        assert_in_order(text, [each.strip() for each in expected.split("|")])

    def test_english(self, writer: PdfWriter) -> None:
        """Property 10: the English PDF does so in English."""
        expected = """
            Page 1|Question text?|De Wit|Question long_text?|Een regel|en nog een|Question integer?|2026
            |Question amount?|€1,234.56|Question percentage?|12.5%|Question decimal?|-1.25|Question date?
            |31 January 1952|Question time?|14:30|Question boolean?|No|Question choice?|Option B|Page 2
            |Question choices?|Option A|Option B|Question email?|jan@example.nl|Question phone?|+31 6 12345678
            |Question iban?|NL91 ABNA 0417 1643 00|Question bsn?|111222333|Question rsin?|004495445|Question kvk?
            |12345678|Question vat?|NL004495445B01|Question address?|Wetstraat 12, 1000 Brussel, Belgium
            |Question signature?|Signed by Jan Jansen on 1 February 2026 at 00:30
            |This is an ordinary electronic signature, not a qualified one.|Question file?
            |paspoort.pdf (2 kB)|Question rows?|1.
            |Question name?|Anna|Question amount?|€1.00|2.|Question name?|Bart|Question amount?|€2.00
            |Question prefilled?|Not answered|Question computed?|€1,234.56"""
        text = text_of(writer.write(everything(Language.ENGLISH)))
        assert_in_order(text, [each.strip() for each in expected.split("|")])

    def test_signatures(self, writer: PdfWriter) -> None:
        """QU-3: a signature that was drawn is a picture, of a question and in a row; the texts stay as they are."""
        name = {key: SIGNATURE[key] for key in ("name", "at")}
        column = question("sign", QuestionType.SIGNATURE)
        for kind, columns, drawn, typed in (
            (QuestionType.SIGNATURE, (), SIGNATURE, name),
            (QuestionType.ROWS, (column,), [{"sign": SIGNATURE}], [{"sign": name}]),
        ):
            other = json.loads(json.dumps(drawn).replace("M20 120", "M20 20"))
            with_one, without, with_another = (
                attrs.evolve(one(answer, kind, *columns), attachment=b"{}") for answer in (drawn, typed, other)
            )
            assert writer.write(with_one) == writer.write(with_one)
            assert text_of(writer.write(with_one)) == text_of(writer.write(without))
            sizes = [len(operators_of(writer.write(each))) for each in (with_one, without)]
            assert sizes[0] > sizes[1], "QU-3: a signature that was drawn is in the PDF"
            assert operators_of(writer.write(with_one)) != operators_of(writer.write(with_another))

    def test_attachment(self, writer: PdfWriter) -> None:
        """QU-4: the answers as JSON are attached, byte for byte."""
        told = everything(Language.DUTCH)
        assert dict(reader(writer.write(told)).attachments) == {ATTACHMENT: [told.attachment]}

    def test_embedded_fonts(self, writer: PdfWriter) -> None:
        """QU-4: every font is embedded, so that the PDF looks the same everywhere."""
        for written in _every_kind(writer):
            document: Any = reader(written)
            fonts = [font.get_object() for sheet in document.pages for font in sheet["/Resources"]["/Font"].values()]
            descriptors = [
                each.get_object()["/FontDescriptor"] for font in fonts for each in font.get("/DescendantFonts", [font])
            ]
            assert descriptors
            assert [each for each in descriptors if not each.keys() & {"/FontFile", "/FontFile2", "/FontFile3"}] == []

    def test_long_answers(self, writer: PdfWriter) -> None:
        """QU-4: a long answer or a long word continues on the next page, and no part of it is left out."""
        words = [f"woord{number}" for number in range(1200)]
        document = writer.write(one(" ".join(words)))
        assert len(reader(document).pages) > 1
        assert_in_order(text_of(document), words)
        assert text_of(writer.write(one("x" * 10_000))).replace(" ", "").count("x") == 10_000

    def test_many_rows(self, writer: PdfWriter) -> None:
        """QU-4: a hundred rows all appear, in order."""
        rows: list[Answer] = [{"name": f"Naam-{number}"} for number in range(100)]
        text = text_of(writer.write(one(rows, QuestionType.ROWS, question("name"))))
        assert_in_order(text, [f"Naam-{number}" for number in range(100)])

    @pytest.mark.parametrize("language", Language)
    def test_the_noun_of_a_row(self, writer: PdfWriter, language: Language) -> None:
        """QU-3: a row has the author's noun for it, with its number, also where nothing is answered in it."""
        nouns = {Language.DUTCH: QuestionTexts(label="Kinderen", row="Kind")}
        nouns |= {Language.ENGLISH: QuestionTexts(label="Children", row="Child")}
        asked = Question(id="only", type=QuestionType.ROWS, texts=nouns, columns=(question("name"),))
        rows: list[Answer] = [{"name": "Anna"}, {}, {"name": "Bart"}]
        document = writer.write(report(Asked(page=page("1", asked), question=asked, answer=rows), language=language))
        noun, text = nouns[language].row, text_of(document)
        assert_in_order(text, [f"{noun} 1", "Anna", f"{noun} 2", f"{noun} 3", "Bart"])
        assert "1." not in text

    def test_no_markup(self, writer: PdfWriter) -> None:
        """QU-4: typed text appears as text, whatever it means in markup or templates."""
        typed = "<b>vet</b> **vet** __schuin__ {nb} [link](https://example.nl) &amp; \\n (haakje) %s {0}"
        assert typed in text_of(writer.write(one(typed)))

    @given(
        st.text(
            st.characters(exclude_categories=["Cs"])
            | st.sampled_from("ąčęğıİłőşžßαβγЖдعשŷ€™→✓\N{COMBINING ACUTE ACCENT}😀"),
            min_size=1,
            max_size=60,
        )
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_nothing_is_left_out(self, writer: PdfWriter, typed: str) -> None:
        """QU-4: every typed character appears, as itself or as its code point; a line may break inside a code point."""
        text = text_of(writer.write(one(typed))).replace(" ", "")
        left_out = [
            each for each in typed if not each.isspace() and each not in text and f"U+{ord(each):04X}" not in text
        ]
        assert left_out == []

    def test_logo(self, writer: PdfWriter) -> None:
        """OF-3: every PDF has the logo of the office once, small, and is always the same. A damaged one is left out."""
        logo = a_picture(3000, 1000)
        plain, shown, again, damaged = (_every_kind(writer, each) for each in (None, logo, logo, PNG + b"damaged"))
        assert [pictures_of(each) for each in shown] == [1, 1, 1], "OF-3: every PDF shows the logo of its office"
        assert shown == again
        assert [pictures_of(each) for each in plain] == [0, 0, 0]
        assert damaged == plain, "OF-3: a damaged logo is left out"
        assert [text_of(each) for each in shown] == [text_of(each) for each in plain]
        assert all(len(one) - len(other) < 100_000 for one, other in zip(shown, plain, strict=True))

    @pytest.mark.parametrize("language", Language)
    def test_receipt(self, writer: PdfWriter, language: Language) -> None:
        """RQ-4: the PDF of a receipt has the delivery, each file with its SHA-256, and the address; always the same."""
        names = [f"bijlage {number}.pdf" for number in range(1, 31)]
        sheet = receipt_sheet(language, *names)
        pdf = writer.write_receipt(sheet)
        assert pdf == writer.write_receipt(sheet)
        said = text_of(pdf)
        facts = ["Notariskantoor Van der Meer & Zn.", "2026-0001", "J. (Jan) Jansen", "Anna Jansen-de Wit"]
        assert_in_order(said, [*facts, *names])
        unbroken = said.replace(" ", "")
        assert_in_order(unbroken, [*(each.sha256 for each in sheet.receipt.files), sheet.url])
        at = {Language.DUTCH: "1 februari 2026 om 00:30", Language.ENGLISH: "1 February 2026 at 00:30"}
        assert at[language] in said, "RQ-4: a receipt says when it was delivered, in the office's time zone"
        assert said.count("2 kB") == len(names), "RQ-4: a receipt has the size of each file"
        _require_described(pdf, language)

    @pytest.mark.parametrize("language", Language)
    def test_letter(self, writer: PdfWriter, language: Language) -> None:
        """RM-1: a letter has both addresses, the dossier, how much waits since when, and the address of the portal."""
        letter = postal_letter(language)
        pdf = writer.write_letter(letter)
        assert pdf == writer.write_letter(letter)
        said = text_of(pdf)
        for expected in (
            *("Notariskantoor Van der Meer & Zn.", "020 123 45 67", "post@kantoor.test", "Keizersgracht 1"),
            *("J. (Jan) Jansen", "Dam 1 / hs", "1012 JS Amsterdam", "2026-0001", "https://portaal.kantoor.test/klant"),
        ):
            assert expected in said
        # The last moment of January in Amsterdam is the day before in UTC.
        months = {Language.DUTCH: ("1 februari 2026", "2 maart 2026"), Language.ENGLISH: ("1 February", "2 March")}
        assert all(each in said for each in months[language])
        numbers = [str(each.count) for each in letter.unseen]
        assert_in_order(said, numbers)
        _require_described(pdf, language)
