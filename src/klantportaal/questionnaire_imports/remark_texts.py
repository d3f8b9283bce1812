"""The sentences of remarks, in every language."""

from collections.abc import Mapping

from klantportaal.domain.values import Language


def _said(dutch: str, english: str) -> Mapping[Language, str]:
    return {Language.DUTCH: dutch, Language.ENGLISH: english}


SENTENCES: Mapping[str, Mapping[Language, str]] = {
    "left_out": _said(
        "“{name}” heeft hier geen tegenhanger en is weggelaten.",
        "“{name}” has no counterpart here and was left out.",
    ),
    "presentation": _said(
        "“{name}” gaat over het uiterlijk of de administratie en is weggelaten.",
        "“{name}” is about looks or records and was left out.",
    ),
    "wrong_shape": _said(
        "Dit heeft niet de vorm die het formaat hier voorschrijft en is weggelaten.",
        "This does not have the shape that the format has here and was left out.",
    ),
    "type_left_out": _said(
        "Vragen van het type “{type}” kent het portaal niet. De vraag is weggelaten.",
        "The portal has no questions of the type “{type}”. The question was left out.",
    ),
    "type_changed": _said(
        "Een vraag van het type “{type}” is een vraag van het type “{to}” geworden.",
        "A question of the type “{type}” became a question of the type “{to}”.",
    ),
    "options_missing": _said(
        "De opties staan niet in het document of zijn er meer dan {limit}. De vraag vraagt nu om tekst.",
        "The options are not in the document, or are more than {limit}. The question now asks for text.",
    ),
    "option_left_out": _said(
        "Deze optie heeft geen waarde of staat er al. Zij is weggelaten.",
        "This option has no value or is there already. It was left out.",
    ),
    "id_changed": _said(
        "De naam “{name}” is hier “{id}”.",
        "The name “{name}” is “{id}” here.",
    ),
    "code_changed": _said(
        "De waarde “{name}” is hier “{id}”.",
        "The value “{name}” is “{id}” here.",
    ),
    "too_many": _said(
        "Dit is meer dan het maximum van {limit} en is weggelaten.",
        "This is beyond the maximum of {limit} and was left out.",
    ),
    "language_missing": _said(
        "Deze tekst is er niet in de taal “{language}”. Daar staat nu de tekst in een andere taal: vertaal die.",
        "There is no text in the language “{language}”. The text in another language stands there: translate it.",
    ),
    "languages_left_out": _said(
        "De teksten in andere talen zijn weggelaten: {languages}.",
        "The texts in other languages were left out: {languages}.",
    ),
    "text_missing": _said(
        "Hier is geen tekst. Er staat nu “{text}”.",
        "There is no text here. It now says “{text}”.",
    ),
    "text_shortened": _said(
        "Deze tekst is ingekort tot {limit} tekens.",
        "This text was cut to {limit} characters.",
    ),
    "markup_left_out": _said(
        "De opmaak van deze tekst is weggelaten.",
        "The markup of this text was left out.",
    ),
    "reference_left_out": _said(
        "Het antwoord op “{name}” kan in deze tekst niet staan. De naam staat er nu tussen haakjes.",
        "The answer to “{name}” cannot stand in this text. Its name now stands there in brackets.",
    ),
    "numbers_whole": _said(
        "Hier wordt nu om een geheel getal gevraagd.",
        "A whole number is asked for here now.",
    ),
    "hidden": _said(
        "Dit is in de bron verborgen en is weggelaten.",
        "This is hidden in the source and was left out.",
    ),
    "empty": _said(
        "Hiervan kon geen enkele vraag worden overgenomen. Het is weggelaten.",
        "None of its questions could be taken over. It was left out.",
    ),
    "nested": _said(
        "Rijen binnen rijen kent het portaal niet. Deze zijn weggelaten.",
        "The portal has no rows within rows. These were left out.",
    ),
    "flattened": _said(
        "De vragen binnen deze vraag volgen er nu op.",
        "The questions within this question now follow it.",
    ),
    "order_asked": _said(
        "Bij elke optie wordt nu gevraagd op welke plaats zij komt. Twee opties kunnen dezelfde plaats krijgen.",
        "For each option, its place is asked now. Two options can get the same place.",
    ),
    "name_typed": _said(
        "Een handtekening is hier een getypte naam. Tekenen mag ook, maar hoeft niet.",
        "A signature is a typed name here. It can be drawn too, but need not be.",
    ),
    "condition_unreadable": _said(
        "De uitdrukking kan vanaf teken {position} niet worden gelezen en is weggelaten.",
        "The expression cannot be read from character {position} and was left out.",
    ),
    "condition_beyond": _said(
        "“{part}” kan geen voorwaarde van het portaal zijn. De hele voorwaarde is weggelaten.",
        "“{part}” cannot be a condition of the portal. The whole condition was left out.",
    ),
    "unknown_name": _said(
        "“{name}” is hier geen vraag. De hele voorwaarde is weggelaten.",
        "“{name}” is no question here. The whole condition was left out.",
    ),
    "conditions_any": _said(
        "Er staat niet bij of alle voorwaarden moeten gelden. Eén ervan is nu genoeg.",
        "It does not say whether all conditions must hold. One of them is enough now.",
    ),
    "refused": _said(
        "Dit zou bij het publiceren worden geweigerd ({fault}) en is weggelaten.",
        "Publishing would refuse this ({fault}), so it was left out.",
    ),
}
"""By the code of the remark."""
