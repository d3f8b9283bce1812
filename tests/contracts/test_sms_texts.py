"""The portal's own words by SMS: complete in both languages, short, and nothing that a swindler would say."""

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
    """Give a writer."""
    return JinjaSmsWriter()


def test_both_languages_have_the_template() -> None:
    """PR-1: there is one in each language, and none besides."""
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
            f"De Vries: your code is {CODE}. It is valid for 5 minutes. Give the code to nobody, not even to us.",
        ),
    ],
)
def test_what_it_says(writer: JinjaSmsWriter, language: Language, said: str) -> None:
    """TS-2: who it is from, the code, how long it lives; and that nobody who asks for it is to get it."""
    assert writer.write(a_note(language=language)).text == f"{said}\n@portaal.kantoor.test #{CODE}"


def test_a_minute_is_one(writer: JinjaSmsWriter) -> None:
    """TS-2: of one it is not said as of many."""
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
    """TS-2: are written alike; one of them would make the SMS two, or three."""
    assert in_gsm(text) == written
    assert set(written) <= set(BASIC)


def test_a_long_name_gives_way(writer: JinjaSmsWriter) -> None:
    """TS-2: cut where it must be, which shows."""
    text = writer.write(a_note("Notariskantoor " * 10)).text
    assert len(text) == 160
    assert text.startswith("Notariskantoor Notariskantoor Notaris...: uw code")


@pytest.mark.parametrize("base_url", ["https://[2001:db8::1]:8000", "https://" + "x" * 64 + ".test", "", "https://"])
def test_a_host_that_is_no_domain_is_not_bound(writer: JinjaSmsWriter, base_url: str) -> None:
    """TS-2: no telephone knows it; the code still comes."""
    text = writer.write(a_note(base_url=base_url)).text
    assert CODE in text
    assert "\n" not in text


def test_an_international_host_is_bound_as_telephones_know_it(writer: JinjaSmsWriter) -> None:
    """TS-2: as IDNA has it."""
    assert writer.write(a_note(base_url="https://büro.test")).text.endswith(f"\n@xn--bro-hoa.test #{CODE}")


def test_a_middling_host_lets_the_name_be_told(writer: JinjaSmsWriter) -> None:
    """TS-2: the office is named recognisably, or the line for telephones is left out."""
    hosts = [f"{'k' * length}.test" for length in range(10, 60)]
    written = [writer.write(a_note("Notariskantoor De Vries", base_url=f"https://{host}")).text for host in hosts]
    assert all(text.startswith("Notariska") and len(text) <= 160 for text in written)
    assert {len(text.split("\n")) for text in written} == {1, 2}
    assert json.dumps(written).count(CODE) > len(hosts)
