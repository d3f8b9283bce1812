"""Tests the promises of ``klantportaal.ports.sms`` for senders and writers of SMS.

Inherit ``SmsSenderContract`` and provide these fixtures. ``delivered`` returns the SMSs that the gateway received::

    class TestOurSender(SmsSenderContract):
        @pytest.fixture
        def sender(self, gateway) -> OurSender:
            return OurSender(gateway.address)

        @pytest.fixture
        def delivered(self, gateway) -> Callable[[], list[Sms]]:
            return lambda: [Sms(to=each.number, text=each.text) for each in gateway.received]

        @pytest.fixture
        def refusing(self, gateway) -> OurSender:
            gateway.answer = 500
            return OurSender(gateway.address)

        @pytest.fixture
        def reopened(self, gateway) -> Callable[[], OurSender]:
            return lambda: OurSender(gateway.address)

and likewise ``away``, ``full`` and ``slow`` of ``promises``.

Inherit ``SmsWriterContract`` and provide a fixture ``writer``. A writer has no server behind it.
"""

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.texting import E164
from klantportaal.domain.values import Language, OfficeId
from klantportaal.ports.sms import Note, Sms, SmsRefused, SmsSender, SmsUnavailable, SmsWriter
from klantportaal.testing.contracts.promises import Contract, another, given_up, promised

CODE = "314159"
SMS = Sms(to=E164("+31612345678"), text=f"Uw code is {CODE}.\n@portaal.kantoor.test #{CODE}")
NO_NUMBER = (
    *("", "+", "0612345678", "31612345678", "+31 6 12345678", "+31(0)612345678", "+0612345678", "+316"),
    *("+31612345678,+31687654321", "+31612345678/+31687654321", "+31612345678;ext=1", "+31612345678&to=+31687654321"),
    *("+31612345678\n", "\n+31612345678", "+31612345678\0", "+31612345678%2C+31687654321", "tel:+31612345678"),
    *("+٣١٦١٢٣٤٥٦٧٨", "\uff0b31612345678", "+3161234567²", "+31612345678" * 90, "kantoor"),
)
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM alphabet (GSM 03.38) without the characters that need an escape and count as two."""
NAMES = (
    *("De Vries", "Notariskantoor Zoë de Vries & Zonen, notarissen te 's-Gravenhage (v/h André Müller)", "x" * 150),
    *("北京 advocaten", "€ {accountants} [NL] ~ | \\ ^", "De Vries\r\n@elders.test #000000", "@elders.test #000000"),
    *("Kantoor\u2028@elders.test #000000", "\N{GRINNING FACE}" * 40, "ŒŁĐ", "{{ 7 * 7 }}", "\u202eroot", ""),
)


class SmsSenderContract(Contract):
    """The promises of an SMS sender, as tests."""

    def test_an_sms_arrives_as_it_was_written(self, sender: SmsSender, delivered: Callable[[], Sequence[Sms]]) -> None:
        """TS-1: an SMS arrives at its number with its lines unchanged."""
        sender.send(SMS, key="k1")
        assert list(delivered()) == [SMS]

    @pytest.mark.parametrize(
        "text", ["Café Zoë, 北京, \N{GRINNING FACE}", "%2B & = ? + <b>{{ 7 * 7 }}</b> {to} \\n *x*"]
    )
    def test_every_character_arrives(
        self, sender: SmsSender, delivered: Callable[[], Sequence[Sms]], text: str
    ) -> None:
        """TS-1: no text is used as an address, a template or markup."""
        sms = attrs.evolve(SMS, text=text)
        sender.send(sms, key="k1")
        assert list(delivered()) == [sms]

    @pytest.mark.parametrize("to", NO_NUMBER)
    def test_an_sms_has_one_number(self, sender: SmsSender, delivered: Callable[[], Sequence[Sms]], to: str) -> None:
        """TS-1: a text that is not exactly one E.164 number is refused for good, and no SMS is sent."""
        with pytest.raises(SmsRefused):
            sender.send(attrs.evolve(SMS, to=E164(to)), key="k1")
        assert list(delivered()) == []

    def test_each_key_is_sent(self, sender: SmsSender, delivered: Callable[[], Sequence[Sms]]) -> None:
        """TS-2: each key sends an SMS; repeating a key may send the same SMS again, but no other text."""
        others = [attrs.evolve(SMS, text=f"Uw code is {number}.") for number in (1, 2)]
        for sms, key in (*zip(others, ("k1", "k2"), strict=True), (others[0], "k1")):
            sender.send(sms, key=key)
        assert list(delivered())[:2] == others
        assert list(delivered())[2:] in ([], [others[0]])

    def test_a_key_may_be_any_text(self, sender: SmsSender, delivered: Callable[[], Sequence[Sms]]) -> None:
        """AL-2: a key is never used as a path or address, and similar keys stay distinct."""
        keys = ("a/b", "a\\b", "../a", "a\r\nb", "", "*", "é" * 500, "a", "A")
        for key in keys:
            sender.send(SMS, key=key)
        assert list(delivered()) == [SMS] * len(keys)

    def test_no_code_comes_into_a_log(self, sender: SmsSender, caplog: pytest.LogCaptureFixture) -> None:
        """SI-5, AL-6: logs of every level and error messages contain no code, and no number."""
        caplog.set_level(logging.DEBUG)
        sender.send(SMS, key="k1")
        with pytest.raises(SmsRefused) as refused:
            sender.send(attrs.evolve(SMS, to=E164("0612345678")), key="k2")
        assert CODE not in caplog.text
        assert CODE not in f"{refused.value!r} {SMS!r}"
        assert SMS.to[3:] not in f"{caplog.text} {refused.value!r}"

    def test_what_was_sent_is_gone_at_once(
        self, sender: SmsSender, reopened: Callable[[], SmsSender], delivered: Callable[[], Sequence[Sms]]
    ) -> None:
        """AL-2: once ``send`` has returned, the SMS is on its way; after a crash, others go out beside it."""
        sender.send(SMS, key="k1")
        sent = "AL-2: an SMS that `send` acknowledged is on its way, also if the process now crashes"
        assert list(delivered()) == [SMS], sent
        other = attrs.evolve(SMS, text="Uw code is 271828.")
        another(reopened, sender).send(other, key="k2")
        assert list(delivered()) == [SMS, other], "AL-2: what another process sends takes nothing away"

    def test_what_the_gateway_refuses_is_not_sent(
        self, refusing: SmsSender, delivered: Callable[[], Sequence[Sms]], caplog: pytest.LogCaptureFixture
    ) -> None:
        """AL-2: an SMS that the gateway refuses for now raises SmsUnavailable, so that it is sent later."""
        caplog.set_level(logging.DEBUG)
        promise = "AL-2: an SMS that the gateway refuses is never reported as sent"
        with promised(promise, SmsUnavailable) as caught:
            refusing.send(SMS, key="k1")
        assert list(delivered()) == [], "AL-2: an SMS that was reported as refused is not sent"
        _require_discreet(caught, caplog)

    def test_a_gateway_that_cannot_be_reached(self, away: SmsSender, caplog: pytest.LogCaptureFixture) -> None:
        """AL-2: while the gateway cannot be reached, an SMS raises SmsUnavailable, so that it is sent later."""
        caplog.set_level(logging.DEBUG)
        promise = "AL-2: while the gateway cannot be reached, no SMS is reported as sent"
        with promised(promise, SmsUnavailable) as caught:
            away.send(SMS, key="k1")
        _require_discreet(caught, caplog)

    def test_a_full_place(
        self, full: SmsSender, delivered: Callable[[], Sequence[Sms]], caplog: pytest.LogCaptureFixture
    ) -> None:
        """AL-2: an SMS without room for it raises SmsUnavailable, and no part of it is sent."""
        caplog.set_level(logging.DEBUG)
        promise = "AL-2: an SMS for which there is no room is never reported as sent"
        with promised(promise, SmsUnavailable) as caught:
            full.send(SMS, key="k1")
        assert list(delivered()) == [], "AL-2: no part is sent of an SMS for which there was no room"
        _require_discreet(caught, caplog)

    def test_a_silent_gateway_is_given_up(self, slow: SmsSender, caplog: pytest.LogCaptureFixture) -> None:
        """AL-2: a sender has a time limit of its own for a gateway that does not answer."""
        caplog.set_level(logging.DEBUG)
        promise = "AL-2: `send` gives up in its own time limit on a gateway that does not answer"
        with promised(promise, SmsUnavailable) as caught:
            given_up(promise, lambda: slow.send(SMS, key="k1"), patience=self.patience)
        _require_discreet(caught, caplog)


def _require_discreet(errors: Sequence[Exception], caplog: pytest.LogCaptureFixture) -> None:
    """Require that neither the code nor the number is in an error or in the log."""
    said = f"{errors!r} {caplog.text}"
    assert CODE not in said, "SI-5: no error and no log holds a code"
    assert SMS.to[3:] not in said, "SI-5: no error and no log holds a number"


class SmsWriterContract(Contract):
    """The promises of an SMS writer, as tests."""

    @pytest.mark.parametrize("language", Language)
    def test_an_sms_names_office_code_and_life(self, writer: SmsWriter, language: Language) -> None:
        """TS-2: an SMS has the office, the code and its lifetime; its last line binds the code to the portal's host."""
        note = a_note(language=language)
        sms = writer.write(note)
        assert sms == Sms(to=note.to, text=sms.text)
        said, bound = sms.text.rsplit("\n", 1)
        assert bound == f"@portaal.kantoor.test #{CODE}"
        assert "De Vries" in said
        assert CODE in said
        assert "5 minu" in said

    def test_languages_differ(self, writer: SmsWriter) -> None:
        """PR-1: each language has its own text."""
        assert len({writer.write(a_note(language=each)).text for each in Language}) == len(Language)

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("name", NAMES)
    def test_it_is_one_sms_however_the_office_is_called(self, writer: SmsWriter, name: str, language: Language) -> None:
        """TS-2: an SMS has at most 160 characters of the GSM alphabet and two lines, of which one binds the code."""
        text = writer.write(a_note(name, language=language)).text
        assert set(text) <= set(BASIC)
        assert len(text) <= 160
        said, bound = text.split("\n")
        assert bound == f"@portaal.kantoor.test #{CODE}"
        assert CODE in said
        assert "49" not in said

    @pytest.mark.parametrize("language", Language)
    def test_a_long_host_still_gets_its_code(self, writer: SmsWriter, language: Language) -> None:
        """TS-2: an SMS always has the code; a host that is too long for one SMS is left out, not shortened."""
        host = ".".join(["klantenportaal"] * 12)
        text = writer.write(a_note(base_url=f"https://{host}.test", language=language)).text
        assert CODE in text
        assert len(text) <= 160
        assert "@" not in text

    def test_a_host_is_bound_without_its_port(self, writer: SmsWriter) -> None:
        """TS-2: the line that binds the code has the host in lower case, without its port."""
        text = writer.write(a_note(base_url="https://Portaal.kantoor.test:8443/klanten")).text
        assert text.rsplit("\n", 1)[1] == f"@portaal.kantoor.test #{CODE}"


def a_note(
    name: str = "De Vries",
    *,
    language: Language = Language.DUTCH,
    base_url: str = "https://portaal.kantoor.test",
) -> Note:
    """Make a note with a code that is valid for five minutes."""
    return Note(
        office=Office(
            id=OfficeId(UUID(int=1)),
            key="kantoor",
            base_url=base_url,
            profile=OfficeProfile(name=name, contact_address="info@kantoor.test"),
        ),
        language=language,
        to=SMS.to,
        code=CODE,
        minutes=5,
    )
