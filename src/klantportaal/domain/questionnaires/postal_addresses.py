"""A postal address as an answer: an object with a text for each part.

Dutch addresses are checked: the postcode, and the house number in digits. Those of other countries are free,
within limits.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import written_forms
from klantportaal.domain.values import is_blank, seen

LIMITS: Mapping[str, int] = {"postcode": 20, "number": 20, "addition": 20, "street": 150, "place": 100, "country": 2}
"""The parts of an address in their order, each with the characters that it may have."""
COUNTRY = "country"
HOME = "NL"
"""The country of an address without one."""
_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES = tuple(_CODES.split())
"""The codes of ISO 3166-1, and XK for Kosovo, which has none there."""
_DUTCH = ("postcode", "number", "street", "place")
_FOREIGN = ("street", "place")
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
_NUMBER_AND_ADDITION = re.compile(r"([1-9][0-9]{0,4})(?:\s*[/-]\s*|\s+|(?=[^0-9\s/-]))(\S.*)")
_LONGEST = 500
"""Characters of a part that is tidied. A longer one is refused as it is."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class FoundAddress:
    """What belongs to a Dutch postcode and house number."""

    street: str
    place: str


def needed(country: str) -> tuple[str, ...]:
    """Give the parts that an address in a country must have: many countries have no postcodes or house numbers."""
    return _DUTCH if country == HOME else _FOREIGN


def is_dutch_only(schema: Mapping[str, Any]) -> bool:
    """Tell whether the rules of a question accept the Netherlands as the only country."""
    match schema:
        case {"properties": {"country": {"const": "NL"} | {"enum": ["NL"]}}}:
            return True
    return False


def tidied(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give an address the form in which it is stored; None if it has no more than a country.

    Blank parts are left out. Parts of a wrong type, and those that no address has, stay as they are.
    """
    lines = {part: _line(text) if isinstance(text, str) else text for part, text in answer.items()}
    tidy: dict[str, Any] = {part: text for part, text in lines.items() if text is not None}
    if tidy.keys() <= {COUNTRY}:
        return None
    country = tidy.get(COUNTRY, HOME)
    tidy[COUNTRY] = country.upper() if isinstance(country, str) and country.isascii() else country
    if tidy[COUNTRY] == HOME and _is_texts(tidy):
        tidy = _dutch(tidy)
    return {part: tidy[part] for part in (*LIMITS, *tidy) if part in tidy}


def _line(text: str) -> str | None:
    """Write a part on one line; None for a blank one."""
    text = text.strip()
    text = text if len(text) > _LONGEST else written_forms.line(text)
    return None if is_blank(text) else text


def _is_texts(tidy: Mapping[Any, Any]) -> TypeGuard[Mapping[str, str]]:
    return all(part in LIMITS and isinstance(text, str) for part, text in tidy.items())


def _dutch(tidy: Mapping[str, str]) -> dict[str, str]:
    """Write a postcode as ``1234 AB``, and move what stands behind a house number to the addition."""
    parts = {**tidy}
    if "number" in parts:
        parts["number"] = seen(parts["number"])
    if "postcode" in parts:
        parts["postcode"] = postcode(parts["postcode"])
    found = _NUMBER_AND_ADDITION.fullmatch(parts.get("number", ""))
    if found and "addition" not in parts:
        parts |= {"number": found[1], "addition": found[2]}
    return parts


def postcode(text: str) -> str:
    """Write a Dutch postcode as ``1234 AB``; text that is none stays as it is."""
    from stdnum.nl import postcode as dutch

    typed = seen(text)
    return str(dutch.validate(typed)) if typed.isascii() and dutch.is_valid(typed) else text


def is_postcode(text: str) -> bool:
    """Tell whether text is a Dutch postcode by its form: ``1234 AB``."""
    from stdnum.nl import postcode as dutch

    return text.isascii() and text == postcode(text) and bool(dutch.is_valid(text))


def is_house_number(text: str) -> bool:
    """Tell whether text is a Dutch house number, without its addition."""
    return _NUMBER.fullmatch(text) is not None


# ------------------------------------------------------------------ checking
def is_address(answer: object) -> bool:
    """Tell whether a tidy answer has the shape of an address: texts, by the names of its parts."""
    return isinstance(answer, Mapping) and _is_texts(answer) and not answer.keys() <= {COUNTRY}


def faults(answer: Mapping[str, str], field: str) -> Iterator[Fault]:
    """List the faults of a tidy address, each with its part as field: ``home.postcode``."""
    country = answer[COUNTRY]
    for part, limit in LIMITS.items():
        at, text = f"{field}.{part}", answer.get(part)
        if text is None:
            if part in needed(country):
                yield Fault(code=FaultCode.MISSING, field=at)
        elif part == COUNTRY and text not in COUNTRIES:
            yield Fault(code=FaultCode.UNKNOWN_CHOICE, field=at)
        elif len(text) > limit:
            yield Fault(code=FaultCode.TOO_LONG, field=at, params={"limit": limit, "length": len(text)})
        elif country == HOME and part == "postcode" and not is_postcode(text):
            yield Fault(code=FaultCode.NOT_A_POSTCODE, field=at)
        elif country == HOME and part == "number" and not is_house_number(text):
            yield Fault(code=FaultCode.NOT_A_HOUSE_NUMBER, field=at)


def to_look_up(postcode: str, number: str) -> tuple[str, str]:
    """Give the Dutch postcode and house number to look up, as they are stored. What is behind the number is left out.

    Raises:
        Refused: a fault for each of them that is missing or wrong.
    """
    tidy = tidied({"postcode": postcode, "number": number, "country": HOME}) or {COUNTRY: HOME}
    asked = ("postcode", "number")
    if found := [each for each in faults(tidy, "") if str(each.field).removeprefix(".") in asked]:
        raise Refused([attrs.evolve(each, field=str(each.field).removeprefix(".")) for each in found])
    return tidy["postcode"], tidy["number"]
