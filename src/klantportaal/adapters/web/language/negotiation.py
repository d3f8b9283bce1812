"""Chooses the language of a page for somebody who is not signed in."""

from klantportaal.domain.values import Language

_SESSION = "sessie-"
"""How the language cookie begins if it has the language of a session instead of a visitor's choice."""


def chosen(text: str | None) -> Language | None:
    """Read a language code. None if the portal does not have that language."""
    return Language(text) if text in list(Language) else None


def of_last_session(text: str | None) -> Language | None:
    """Read the language of the last session from the language cookie. None if the visitor chose a language since."""
    return chosen(text.removeprefix(_SESSION)) if text and text.startswith(_SESSION) else None


def to_remember(asked: str | None, session: Language | None, *, kept: str | None) -> str | None:
    """Give the new value of the language cookie. None if it stays as it is.

    Args:
        asked: the language in the address, which a visitor chose by a link.
        session: the language of the session. Pages after it are in that language, whatever was chosen before (ST-3).
        kept: the value of the cookie.
    """
    if session is None:
        return chosen(asked)
    value = f"{_SESSION}{session}"
    return None if value == kept else value


def preferred(accept: str) -> Language:
    """Choose a language by the header ``Accept-Language``. Dutch if it names none of the portal's."""
    spoken = (chosen(tag.partition("-")[0]) for tag in by_weight(accept))
    return next(filter(None, spoken), Language.DUTCH)


def by_weight(accept: str) -> list[str]:
    """Sort the values of a header such as ``Accept-Language`` by weight, without those of weight 0 (RFC 9110 12.4)."""
    weighted = []
    for each in accept[:500].split(","):
        tag, _semicolon, parameter = each.partition(";")
        weight = _weight(parameter)
        if weight > 0:
            weighted.append((weight, tag.strip().lower()))
    return [tag for _weight, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    name, _equals, value = parameter.partition("=")
    if not parameter.strip():
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
