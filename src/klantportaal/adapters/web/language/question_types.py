"""The types of questions in words."""

from collections.abc import Mapping

from klantportaal.adapters.web.language.translations import Sentence, sentence

TYPES: Mapping[str, Sentence] = {
    "text": sentence("Text, one line"),
    "long_text": sentence("Text, several lines"),
    "integer": sentence("Whole number"),
    "amount": sentence("Amount in euros"),
    "percentage": sentence("Percentage"),
    "decimal": sentence("Number with decimals"),
    "date": sentence("Date"),
    "time": sentence("Time of day"),
    "boolean": sentence("Yes or no"),
    "choice": sentence("One of several options"),
    "choices": sentence("Any of several options"),
    "email": sentence("E-mail address"),
    "phone": sentence("Telephone number"),
    "iban": sentence("IBAN"),
    "bsn": sentence("Citizen service number (BSN)"),
    "rsin": sentence("RSIN"),
    "kvk": sentence("Chamber of Commerce number"),
    "vat": sentence("VAT number"),
    "address": sentence("Address"),
    "signature": sentence("Signature: a typed name, and a drawing if wanted"),
    "file": sentence("Files"),
    "rows": sentence("Rows of questions, such as one for each child"),
    "note": sentence("Explanation, asks nothing"),
    "prefilled": sentence("What the portal knows, to be corrected"),
    "computed": sentence("Calculated from earlier answers"),
}
