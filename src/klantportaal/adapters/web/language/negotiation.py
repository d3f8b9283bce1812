"""Chooses the language of a page for somebody who is not signed in."""

from klantportaal.domain.values import Language


def chosen(text: str | None) -> Language | None:
    """Read a language code. None if the portal does not have that language."""
    return Language(text) if text in list(Language) else None


def preferred(accept: str) -> Language:
    """Choose a language by the header ``Accept-Language``. Dutch if it names none of the portal's."""
    spoken = (chosen(tag.partition("-")[0]) for tag in _by_weight(accept))
    return next(filter(None, spoken), Language.DUTCH)


def _by_weight(accept: str) -> list[str]:
    """Sort the tags of an ``Accept-Language`` by weight, without those of weight 0 (RFC 9110 12.5.4)."""
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
