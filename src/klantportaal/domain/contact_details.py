"""How clients reach an office and its case handlers: telephone numbers, and texts in several languages (OF-3)."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.values import Language

TELEPHONE_LIMIT = 40
"""In characters."""
REGION = "NL"
"""The country of a number without a country code."""


@lru_cache(maxsize=1024)
def telephone_link(text: str) -> str | None:
    """Give the ``tel:`` link of a telephone number as written (RFC 3966). None if it is none that can be dialled."""
    import phonenumbers  # Imported here because loading its tables is slow.

    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)


def telephone_faults(text: str) -> Iterable[Fault]:
    """Require no number, or one that can be dialled, of at most 40 characters."""
    if text and (len(text) > TELEPHONE_LIMIT or telephone_link(text) is None):
        yield Fault(code=FaultCode.NOT_A_PHONE_NUMBER, field="telephone")


def texts_faults(field: str, texts: Mapping[Language, str], limit: int) -> Iterable[Fault]:
    """Require texts of at most *limit* characters."""
    if any(len(text) > limit for text in texts.values()):
        yield Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": limit})


def text_in(texts: Mapping[Language, str], language: Language) -> str:
    """Give a text in a language, or else in another one. Empty if there is none."""
    return texts.get(language) or next(filter(None, texts.values()), "")
