"""The portal's SMS texts: complete in both languages, short, and unlike those of fraudsters."""

import json
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.sms import texts
from klantportaal.adapters.sms.texts import JinjaSmsWriter, in_gsm
from klantportaal.domain.values import Language
from klantportaal.testing.contracts.sms import BASIC, CODE, a_note


@pytest.fixture
def writer() -> JinjaSmsWriter:
    """Return a writer."""
    return JinjaSmsWriter()


def test_both_languages_have_the_template() -> None:
    """PR-1: each language has one template, and no others."""
    folder = Path(texts.__file__).parent
    found = {language: {path.name for path in (folder / language).iterdir()} for language in Language}
    assert found == {language: {"code.txt"} for language in Language}


@pytest.mark.parametrize(
    "language,said",
    [
        (
            Language.DUTCH,
            f"De Vries: uw code is {CODE}. Deze is 5 minuten geldig. Geef de code aan niemand, ook niet aan ons.",
        ),
        (
            Language.ENGLISH,
            f"De Vries: your code is {CODE}. It is valid for 5 minutes. Do not give the code to anyone, not even us.",
        ),
    ],
)
def test_what_it_says(writer: JinjaSmsWriter, language: Language, said: str) -> None:
    """TS-2: a text has the office, the code, its life, and the warning to give it to nobody."""
    assert writer.write(a_note(language=language)).text == f"{said}\n@portaal.kantoor.test #{CODE}"


def test_a_minute_is_one(writer: JinjaSmsWriter) -> None:
    """TS-2: one minute is written in the singular."""
    said = [writer.write(attrs.evolve(a_note(language=each), minutes=1)).text for each in Language]
    assert ["1 minuut geldig" in said[0], "for 1 minute." in said[1]] == [True, True]


@pytest.mark.parametrize(
    "text,written",
    [
        ("Notariskantoor Zoë & André Müller", "Notariskantoor Zoe & André Müller"),
        ("Yıldız – advocaten ‘s-Hertogenbosch", "Yildiz - advocaten 's-Hertogenbosch"),  # noqa: RUF001 - as typed
        ("“Łódź” [NL] {x}", '"Lodz" (NL) (x)'),
        ("ﬁnancieel Ⅷ ½", "financieel VIII 12"),
        ("北京 \N{GRINNING FACE}", ""),
        ("ça va", "ca va"),
    ],
)
def test_letters_that_an_sms_has_not(text: str, written: str) -> None:
    """TS-2: characters outside the alphabet of GSM, which would split the SMS, are replaced by similar ones."""
    assert in_gsm(text) == written
    assert set(written) <= set(BASIC)


def test_a_long_name_gives_way(writer: JinjaSmsWriter) -> None:
    """TS-2: a long name is cut with an ellipsis, so that the text fits one SMS."""
    text = writer.write(a_note("Notariskantoor " * 10)).text
    assert len(text) == 160
    assert text.startswith("Notariskantoor Notariskantoor Notaris...: uw code")


@pytest.mark.parametrize("base_url", ["https://[2001:db8::1]:8000", "https://" + "x" * 64 + ".test", "", "https://"])
def test_a_host_that_is_no_domain_is_not_bound(writer: JinjaSmsWriter, base_url: str) -> None:
    """TS-2: for a host that is no domain name, the line that binds the code is left out."""
    text = writer.write(a_note(base_url=base_url)).text
    assert CODE in text
    assert "\n" not in text


def test_an_international_host_is_bound_as_telephones_know_it(writer: JinjaSmsWriter) -> None:
    """TS-2: an international domain is written in ASCII (IDNA)."""
    assert writer.write(a_note(base_url="https://büro.test")).text.endswith(f"\n@xn--bro-hoa.test #{CODE}")


def test_a_middling_host_lets_the_name_be_told(writer: JinjaSmsWriter) -> None:
    """TS-2: a long host leaves a recognisable name, or the line that binds the code is left out."""
    hosts = [f"{'k' * length}.test" for length in range(10, 60)]
    written = [writer.write(a_note("Notariskantoor De Vries", base_url=f"https://{host}")).text for host in hosts]
    assert all(text.startswith("Notariska") and len(text) <= 160 for text in written)
    assert {len(text.split("\n")) for text in written} == {1, 2}
    assert json.dumps(written).count(CODE) > len(hosts)
