"""Numbers in words, as every view and every text with an answer in it has them (property 10)."""

from klantportaal.domain.questionnaires.definition import Question, QuestionType
from klantportaal.domain.values import Language

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def number_text(question: Question, number: int, language: Language) -> str:
    """Write a number as the question means it. It has no marks between thousands: a whole number can be a year."""
    match question.kind:
        case QuestionType.AMOUNT:
            return euros(number, language)
        case QuestionType.PERCENTAGE:
            return f"{decimal(number, question.scale, language)}%"
        case QuestionType.DECIMAL:
            return decimal(number, question.scale, language)
    return str(number)


def euros(cents: int, language: Language) -> str:
    """Write an amount: ``€ 1.234,56``, with a no-break space; in English ``€1,234.56``."""
    sign, whole = "-" if cents < 0 else "", f"{abs(cents) // 100:,}"
    if language is Language.DUTCH:
        return f"€{NO_BREAK_SPACE}{sign}{whole.replace(',', '.')},{abs(cents) % 100:02}"
    return f"{sign}€{whole}.{abs(cents) % 100:02}"


def decimal(number: int, scale: int, language: Language) -> str:
    """Write a number with at most *scale* digits after the point, without marks between thousands: ``1234,5``."""
    whole, rest = divmod(abs(number), 10**scale)
    fraction = f"{rest:0{scale}}".rstrip("0") if scale else ""
    point = "," if language is Language.DUTCH else "."
    return f"{'-' if number < 0 else ''}{whole}{point if fraction else ''}{fraction}"
