"""Tests the promises of ``klantportaal.ports.pdf``.

Inherit ``PdfWriterContract`` and provide its fixture::

    class TestOurWriter(PdfWriterContract):
        @pytest.fixture
        def writer(self) -> OurWriter:
            return OurWriter()
"""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from klantportaal.domain.questionnaires.definition import (
    Answer,
    Heading,
    Page,
    Question,
    QuestionTexts,
    QuestionType,
)
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PdfWriter, Report

ATTACHMENT = "antwoorden.json"


def question(id: str, kind: QuestionType = QuestionType.TEXT, *columns: Question, label: str = "") -> Question:
    """Make a question, with a label in each language."""
    dutch, english = {"a": "Optie A", "b": "Optie B"}, {"a": "Option A", "b": "Option B"}
    texts = {
        Language.DUTCH: QuestionTexts(label=label or f"Vraag {id}?", options=dutch),
        Language.ENGLISH: QuestionTexts(label=label or f"Question {id}?", options=english),
    }
    return Question(id=id, type=kind, texts=texts, columns=columns)


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
        office_name="Notariskantoor Van der Meer & Zn.",
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
        QuestionType.DATE: "1952-01-31",
        QuestionType.BOOLEAN: False,
        QuestionType.CHOICE: "b",
        QuestionType.CHOICES: ["a", "b"],
        QuestionType.EMAIL: "jan@example.nl",
        QuestionType.PHONE: "+31612345678",
        QuestionType.IBAN: "NL91ABNA0417164300",
        QuestionType.FILE: [{"id": "1", "name": "paspoort.pdf", "size": 2048}],
        QuestionType.ROWS: [{"name": "Anna", "amount": 100}, {"name": "Bart", "amount": 200}],
        QuestionType.PREFILLED: None,
    }
    columns = {QuestionType.ROWS: (name, amount)}
    asked = [(question(kind, kind, *columns.get(kind, ())), answer) for kind, answer in answers.items()]
    pages = [page("1", *(each for each, _answer in asked[:7])), page("2", *(each for each, _answer in asked[7:]))]
    return report(
        *(Asked(page=pages[number // 7], question=each, answer=answer) for number, (each, answer) in enumerate(asked)),
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


class PdfWriterContract:
    """The promises of a PDF writer, as tests."""

    def test_same_bytes(self, writer: PdfWriter) -> None:
        """Property 9: the same report always gives the same PDF."""
        first, again = (writer.write(everything(Language.DUTCH)) for _ in range(2))
        assert first == again
        assert first.startswith(b"%PDF-")

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
            facts = [told.office_name, told.title, told.dossier_number, told.dossier_description, told.client_name]
            assert_in_order(text_of(writer.write(told)), [*facts, sentence])

    def test_dutch(self, writer: PdfWriter) -> None:
        """Property 10: the PDF has every question with its answer in words, in order, under the title of its page."""
        expected = """
            Pagina 1|Vraag text?|De Wit|Vraag long_text?|Een regel|en nog een|Vraag integer?|2026|Vraag amount?
            |€ 1.234,56|Vraag date?|31 januari 1952|Vraag boolean?|Nee|Vraag choice?|Optie B|Pagina 2|Vraag choices?
            |Optie A|Optie B|Vraag email?|jan@example.nl|Vraag phone?|+31 6 12345678|Vraag iban?|NL91 ABNA 0417 1643 00
            |Vraag file?|paspoort.pdf (2 kB)|Vraag rows?|1.|Vraag name?|Anna|Vraag amount?|€ 1,00|2.|Vraag name?|Bart
            |Vraag amount?|€ 2,00|Vraag prefilled?|Niet ingevuld"""
        text = text_of(writer.write(everything(Language.DUTCH)))
        assert_in_order(text, [each.strip() for each in expected.split("|")])

    def test_english(self, writer: PdfWriter) -> None:
        """Property 10: the English PDF does so in English."""
        expected = """
            Page 1|Question text?|De Wit|Question long_text?|Een regel|en nog een|Question integer?|2026
            |Question amount?|€1,234.56|Question date?|31 January 1952|Question boolean?|No|Question choice?|Option B
            |Page 2|Question choices?|Option A|Option B|Question email?|jan@example.nl|Question phone?|+31 6 12345678
            |Question iban?|NL91 ABNA 0417 1643 00|Question file?|paspoort.pdf (2 kB)|Question rows?|1.|Question name?
            |Anna|Question amount?|€1.00|2.|Question name?|Bart|Question amount?|€2.00|Question prefilled?
            |Not answered"""
        text = text_of(writer.write(everything(Language.ENGLISH)))
        assert_in_order(text, [each.strip() for each in expected.split("|")])

    def test_attachment(self, writer: PdfWriter) -> None:
        """QU-4: the answers as JSON are attached, byte for byte."""
        told = everything(Language.DUTCH)
        assert dict(reader(writer.write(told)).attachments) == {ATTACHMENT: [told.attachment]}

    def test_embedded_fonts(self, writer: PdfWriter) -> None:
        """QU-4: every font is embedded, so that the PDF looks the same everywhere."""
        document: Any = reader(writer.write(everything(Language.DUTCH)))
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
