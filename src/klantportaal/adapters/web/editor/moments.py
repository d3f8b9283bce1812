"""Days in words, as somebody types them: ``31-1-2026``, ``vandaag``, ``18 jaar geleden``, ``over 2 weken``."""

import re
from collections.abc import Mapping

from klantportaal.adapters.web.editor.fields import Unreadable
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.domain.questionnaires.conditions import is_moment
from klantportaal.domain.values import Language

NO_MOMENT = sentence("Enter a day, such as 31-1-2026, today, 18 years ago or in 2 weeks.")
_TODAY = {"vandaag", "today"}
_WORDS: Mapping[str, str] = {"jaar": "Y", "jaren": "Y", "year": "Y", "maand": "M", "maanden": "M", "month": "M"} | {
    "week": "W",
    "weken": "W",
    "dag": "D",
    "dagen": "D",
    "day": "D",
    "years": "Y",
    "months": "M",
    "weeks": "W",
    "days": "D",
}
_UNITS: Mapping[Language, Mapping[str, tuple[str, str]]] = {
    Language.DUTCH: {"Y": ("jaar", "jaar"), "M": ("maand", "maanden"), "W": ("week", "weken"), "D": ("dag", "dagen")},
    Language.ENGLISH: {"Y": ("year", "years"), "M": ("month", "months"), "W": ("week", "weeks"), "D": ("day", "days")},
}
_DAY = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_AGO = re.compile(r"([0-9]{1,4}) ([a-z]+) (?:geleden|ago)")
_AHEAD = re.compile(r"(?:over|in) ([0-9]{1,4}) ([a-z]+)")
_PERIOD = re.compile(r"today([+-])P([0-9]+)([YMWD])")


def moment_in(text: str) -> str:
    """Read a day as documents write it. Raises: Unreadable."""
    typed = " ".join(text.lower().split())
    if typed in _TODAY:
        return "today"
    read = _written(typed) or text.strip()
    if not is_moment(read):
        raise Unreadable(NO_MOMENT)
    return read


def _written(typed: str) -> str | None:
    if found := _DAY.fullmatch(typed):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    for form, sign in ((_AGO, "-"), (_AHEAD, "+")):
        if (found := form.fullmatch(typed)) and found[2] in _WORDS:
            return f"today{sign}P{found[1]}{_WORDS[found[2]]}"
    return None


def moment_text(moment: str, spoken: Language) -> str:
    """Write a day so that it can be typed. What has no words stays as documents write it."""
    dutch = spoken is Language.DUTCH
    if moment == "today":
        return "vandaag" if dutch else "today"
    if found := _PERIOD.fullmatch(moment):
        unit = _UNITS[spoken][found[3]][found[2] != "1"]
        ahead = f"over {found[2]} {unit}" if dutch else f"in {found[2]} {unit}"
        text = ahead if found[1] == "+" else f"{found[2]} {unit} {'geleden' if dutch else 'ago'}"
        return text if _written(text) == moment else moment
    if found := re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", moment):
        return f"{int(found[3])}-{int(found[2])}-{found[1]}"
    return moment
