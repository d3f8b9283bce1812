"""Tests the promises of ``klantportaal.ports.mail`` for senders and writers of mail. It is long: it has all of them.

Inherit ``MailSenderContract`` and provide these fixtures. ``mail_messages.read_message`` makes a ``Delivered`` from
the bytes of a message::

    class TestOurSender(MailSenderContract):
        @pytest.fixture
        def sender(self, server) -> OurSender:
            return OurSender(server.address)

        @pytest.fixture
        def delivered(self, server) -> Callable[[], list[Delivered]]:
            return lambda: [read_message(raw) for raw in server.messages]

        @pytest.fixture
        def refusing(self, server) -> OurSender:
            server.answer = "451 4.7.1 later"
            return OurSender(server.address)

        @pytest.fixture
        def reopened(self, server) -> Callable[[], OurSender]:
            return lambda: OurSender(server.address)

and likewise ``away``, ``full`` and ``slow`` of ``promises``. ``refusing`` refuses each mail for now, not for good.

Inherit ``MailRefusalContract`` too, if the sender talks to a mail server itself.

Inherit ``MailWriterContract`` and provide a fixture ``writer``. A writer has no server behind it.

The module is long because it has all promises about mails.
"""

import html
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.destinations import Place
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.outgoing import MAILS, Notice, TaskKind
from klantportaal.domain.receipts import Receipt, ReceiptFile
from klantportaal.domain.values import ClientId, DossierId, Fingerprint, Language, OfficeId, ReceiptId
from klantportaal.domain.waiting import Waiting, WaitingFor
from klantportaal.domain.webhooks import WebhookFailure
from klantportaal.ports.mail import (
    LOGO_ID,
    Arrivals,
    Awaiting,
    Due,
    Letter,
    Mail,
    MailSender,
    MailServerUnavailable,
    MailUnavailable,
    MailWriter,
    Undeliverable,
)
from klantportaal.testing.contracts.logos import PNG, a_picture
from klantportaal.testing.contracts.mail_messages import Delivered, as_delivered
from klantportaal.testing.contracts.promises import Contract, another, given_up, promised

MAIL = Mail(
    sender_name="Notariskantoor De Vries & Zoon",
    reply_to="info@kantoor.test",
    to="jan.jansen@klant.test",
    subject="Uw wachtwoord is ingesteld",
    text="Beste Jan,\n\nAlles is in orde.\n.\nDe punt hierboven hoort erbij.\n",
    html='<!DOCTYPE html>\n<html lang="nl"><body><p>Beste Jan,</p><p>Alles is in orde.</p></body></html>\n',
    language=Language.DUTCH,
)
NO_ADDRESS = (
    *("", "jan", "@klant.test", "jan@", "jan jansen@klant.test"),
    *("a@klant.test, b@klant.test", "a@klant.test;b@klant.test", "a@klant.test b@klant.test"),
    *("Jan <jan@klant.test>", "<jan@klant.test>", "groep: a@klant.test;", "jan@klant.test (thuis)"),
    *("jan@klant.test\r\nBcc: x@klant.test", "jan@klant.test\nRCPT TO:<x@klant.test>", "jan\0@klant.test"),
)
HOSTILE = (
    *("Kantoor\r\nBcc: x@klant.test", "Kantoor\nX-Evil: 1", "Kantoor\r\n\r\nDear sir", "Kantoor\x85Bcc: x@klant.test"),
    *('De "Vries" <x@klant.test>', "Vries, Jan; Zoon", "=?utf-8?q?=0D=0ABcc=3A_x=40klant=2Etest?=", "\\", '"', "<>"),
    *(
        "Café Zoë, 北京 \N{GRINNING FACE}",
        "ë" * 150,
        "Müller, Jan <x@klant.test>" * 5,
        "kan\u202etoor",
        "@",
        "",
    ),
)
FINAL = (
    *("550 5.1.1 no such user", "550 5.1.2 no such domain", "553 5.1.3 not an address", "551 5.1.6 moved"),
    *("556 5.1.10 takes no mail", "550 no such user", "553 unknown recipient"),
)
TO_MEND = (
    *("554 5.7.1 relay access denied", "550 5.7.1 on a block list", "550 5.7.26 DMARC", "553 5.7.1 sender not owned"),
    *("552 5.2.2 over quota", "452 4.2.2 full", "450 4.7.1 greylisted", "451 later", "552 full", "554 no"),
    *("550 relay not permitted", "550 Sender verify failed", "553 not allowed"),
)
URL = "https://portaal.kantoor.test/wachtwoord/Zk3_x-9?a=1&b=2"
FACTS = {
    TaskKind.INVITATION: {"days": "14"},
    TaskKind.INVITATION_REMINDER: {"days": "11"},
    TaskKind.PASSWORD_LINK: {"hours": "1"},
    TaskKind.ADDRESS_LINK: {"hours": "1"},
    TaskKind.ACCOUNT_ADDED: {"client": "Jansen Bouw B.V."},
    TaskKind.WEBHOOK_DISABLED: {"host": "software.kantoor.test", "failure": "failing"},
}


class MailSenderContract(Contract):
    """The promises of a mail sender, as tests."""

    def test_a_mail_arrives_as_it_was_written(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """ON-1: sender name, reply address, recipient, subject, text, HTML and language arrive unchanged."""
        sender.send(MAIL, key="k1")
        (arrived,) = delivered()
        assert arrived == as_delivered(MAIL, message_id=arrived.message_id)

    def test_every_letter_arrives(self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]) -> None:
        """PR-1: accents, other scripts, emoji and long lines arrive unchanged."""
        words = "Café Zoë, 北京, \N{GRINNING FACE}: " + "heel lang " * 200
        mail = attrs.evolve(
            MAIL,
            sender_name="Notariskantoor Zoë de Vries & Zonen, notarissen te 's-Gravenhage (v/h André Müller) 北京",
            subject="Nieuws voor Zoë \N{GRINNING FACE}, " + "en nog veel meer " * 12 + "einde",
            text=f"{words}\n",
            html=f"<p>{words}</p>\n",
            language=Language.ENGLISH,
        )
        sender.send(mail, key="k1")
        (arrived,) = delivered()
        assert arrived == as_delivered(mail, message_id=arrived.message_id)

    def test_a_logo_arrives(self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]) -> None:
        """OF-3: the logo is in the mail itself, where its HTML refers to it, and is no attachment to save."""
        mail = attrs.evolve(MAIL, html=f'<p><img src="cid:{LOGO_ID}" alt=""> Beste Jan,</p>\n', logo=a_picture(90, 30))
        sender.send(mail, key="k1")
        (arrived,) = delivered()
        assert arrived == as_delivered(mail, message_id=arrived.message_id), "OF-3: a mail arrives with its logo"

    def test_an_international_domain_arrives(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """SI-1: mail can be sent to a domain with non-ASCII characters."""
        sender.send(attrs.evolve(MAIL, to="jan@büro.test"), key="k1")
        (arrived,) = delivered()
        assert arrived.to in {("jan@büro.test",), ("jan@xn--bro-hoa.test",)}

    @pytest.mark.parametrize("to", NO_ADDRESS)
    def test_a_mail_has_one_recipient(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]], to: str
    ) -> None:
        """ON-3: a text that is not exactly one e-mail address is refused for good, and no mail is sent."""
        with pytest.raises(Undeliverable):
            sender.send(attrs.evolve(MAIL, to=to), key="k1")
        assert delivered() == []

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_becomes_a_header(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]], text: str
    ) -> None:
        """OF-3: no office name or subject adds a recipient, header or line."""
        sender.send(attrs.evolve(MAIL, sender_name=text, subject=text), key="k1")
        (arrived,) = delivered()
        assert (arrived.to, arrived.reply_to) == ((MAIL.to,), (MAIL.reply_to,))
        assert (arrived.text, arrived.html) == (MAIL.text, MAIL.html)

    def test_a_key_is_one_mail(self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]) -> None:
        """ON-6: two calls with one key send one mail, or two mails with the same message id."""
        for key in ("k1", "k2", "k1"):
            sender.send(MAIL, key=key)
        arrived = {each.message_id for each in delivered()}
        assert len(arrived) == 2

    def test_a_key_may_be_any_text(self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]) -> None:
        """ON-6: a key is never used as a path or header, and similar keys stay distinct."""
        keys = ("a/b", "a\\b", "../a", "a\r\nBcc: x@klant.test", "", "*", "é" * 500, "a", "A")
        for key in keys:
            sender.send(MAIL, key=key)
        assert len({each.message_id for each in delivered()}) == len(keys)
        assert {each.to for each in delivered()} == {(MAIL.to,)}

    def test_a_closed_sender_opens_again(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """AL-2: a sender can be closed at any time, twice too, and sends afterwards."""
        sender.close()
        sender.send(MAIL, key="k1")
        sender.close()
        sender.close()
        sender.send(MAIL, key="k2")
        assert len(delivered()) == 2

    def test_several_threads_send_at_once(
        self, sender: MailSender, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """AL-2: several threads send at once, while another closes what is idle, and each mail arrives once."""

        def send(number: int) -> None:
            sender.send(MAIL, key=f"k{number}")
            sender.close()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(send, range(20)))
        assert len({each.message_id for each in delivered()}) == len(delivered()) == 20

    def test_what_the_server_refuses_is_not_sent(
        self, refusing: MailSender, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """AL-2: a mail that is refused for now raises MailUnavailable, so that it is sent later."""
        with promised("AL-2: a mail that the server refuses is never reported as sent", MailUnavailable):
            refusing.send(MAIL, key="k1")
        assert list(delivered()) == [], "AL-2: a mail that was reported as refused is not sent"

    def test_a_server_that_cannot_be_reached(self, away: MailSender) -> None:
        """AL-2: while no mail can be sent at all, the call raises MailServerUnavailable, so that all mail waits."""
        promise = "AL-2: while the server cannot be reached, no mail is reported as sent, and all mail waits"
        with promised(promise, MailServerUnavailable) as caught:
            away.send(MAIL, key="k1")
        assert MAIL.to not in str(caught[0]), "AL-6: what is logged about a mail server names no recipient"

    def test_a_full_place(self, full: MailSender, delivered: Callable[[], Sequence[Delivered]]) -> None:
        """AL-2: a mail without room for it raises MailUnavailable, and no part of it is sent."""
        with promised("AL-2: a mail for which there is no room is never reported as sent", MailUnavailable):
            full.send(MAIL, key="k1")
        assert list(delivered()) == [], "AL-2: no part is sent of a mail for which there was no room"

    def test_a_silent_server_is_given_up(self, slow: MailSender) -> None:
        """AL-2: a sender has a time limit of its own for a server that does not answer."""
        promise = "AL-2: `send` gives up in its own time limit on a server that does not answer"
        with promised(promise, MailUnavailable):
            given_up(promise, lambda: slow.send(MAIL, key="k1"), patience=self.patience)

    def test_what_was_sent_is_gone_at_once(
        self,
        sender: MailSender,
        reopened: Callable[[], MailSender],
        delivered: Callable[[], Sequence[Delivered]],
    ) -> None:
        """ON-6: once ``send`` has returned, the mail is on its way; after a crash, its key makes no other mail."""
        sender.send(MAIL, key="k1")
        sent = {each.message_id for each in delivered()}
        assert len(sent) == 1, "AL-2: a mail that `send` acknowledged is on its way, also if the process now crashes"
        again = another(reopened, sender)
        again.send(MAIL, key="k1")
        again.close()
        assert {each.message_id for each in delivered()} == sent, (
            "ON-6: in another process too, the same key gives the same Message-ID, or sends nothing"
        )


class MailRefusalContract(Contract):
    """The promises of a mail sender that gets the replies of a mail server itself, as tests.

    Provide the fixtures of ``MailSenderContract``, and ``replying``: a function that lets the server answer with a
    reply, such as "550 5.1.1 unknown", when it is told the recipient; with "" it accepts every recipient again.
    """

    @pytest.mark.parametrize("reply", FINAL)
    def test_nobody_is_there(
        self,
        sender: MailSender,
        delivered: Callable[[], Sequence[Delivered]],
        replying: Callable[[str], None],
        reply: str,
    ) -> None:
        """AL-2: a reply that the recipient does not exist is final, and is told as it is."""
        replying(reply)
        with pytest.raises(Undeliverable, match=re.escape(reply)):
            sender.send(MAIL, key="k1")
        assert delivered() == []

    @pytest.mark.parametrize("reply", TO_MEND)
    def test_what_people_can_mend(
        self,
        sender: MailSender,
        delivered: Callable[[], Sequence[Delivered]],
        replying: Callable[[str], None],
        reply: str,
    ) -> None:
        """AL-2: any other refusal is temporary and told as it is; the mail is sent once the cause is gone."""
        replying(reply)
        with pytest.raises(MailUnavailable, match=re.escape(reply)):
            sender.send(MAIL, key="k1")
        assert delivered() == []
        replying("")
        sender.send(MAIL, key="k1")
        assert len(delivered()) == 1


class MailWriterContract(Contract):
    """The promises of a mail writer, as tests."""

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("kind", sorted(MAILS))
    def test_every_letter_can_be_written(self, writer: MailWriter, kind: TaskKind, language: Language) -> None:
        """PR-1: every kind is written in every language, with sender, recipient, and the link in both forms."""
        letter = a_letter(kind, language)
        mail = writer.write(letter)
        assert mail == Mail(
            sender_name=letter.office.profile.name,
            reply_to=letter.office.profile.contact_address,
            to=letter.to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            language=language,
        )
        assert mail.subject
        assert "\n" not in mail.subject
        assert links_of(mail.html) == {letter.url}
        assert letter.url in mail.text.split()
        assert f'lang="{language}"' in mail.html

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("kind", sorted(MAILS))
    def test_both_forms_say_the_same(self, writer: MailWriter, kind: TaskKind, language: Language) -> None:
        """PR-1: every line of the text form is also in the HTML form."""
        mail = writer.write(a_letter(kind, language))
        shown = words_of(text_of(mail.html))
        lines = [words_of(line.removeprefix("- ").removesuffix(":")) for line in mail.text.splitlines()]
        assert [line for line in lines if line not in shown] == []

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("kind", sorted(MAILS))
    def test_nothing_typed_becomes_markup(self, writer: MailWriter, kind: TaskKind, language: Language) -> None:
        """ON-1: names and numbers appear as they are in both forms, and are never used as HTML or as a template."""
        hostile = "<img src=x onerror=alert(1)> & {{ 7 * 7 }} \"'"
        office = a_letter(kind, language).office
        office = attrs.evolve(office, profile=attrs.evolve(office.profile, name=hostile))
        awaiting = (Awaiting(dossier_number=hostile, notices=frozenset(Notice)),)
        mail = writer.write(attrs.evolve(a_letter(kind, language), office=office, name=hostile, awaiting=awaiting))
        assert "<img" not in mail.html
        assert hostile in mail.text
        assert hostile in html.unescape(mail.html)
        assert "49" not in mail.text

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("kind", sorted(MAILS))
    def test_a_subject_is_one_line(self, writer: MailWriter, kind: TaskKind, language: Language) -> None:
        """ON-1: the subject is one line, whatever the name of the office."""
        office = a_letter(kind, language).office
        office = attrs.evolve(office, profile=attrs.evolve(office.profile, name="De Vries\r\nBcc: x@klant.test"))
        mail = writer.write(attrs.evolve(a_letter(kind, language), office=office))
        assert len(mail.subject.splitlines()) == 1

    @pytest.mark.parametrize("language", Language)
    def test_a_mail_shows_the_logo(self, writer: MailWriter, language: Language) -> None:
        """OF-3: a mail has the office's logo, small and in the mail itself. A damaged one is left out."""
        letter = a_letter(TaskKind.NOTIFICATION, language)
        plain = writer.write(letter)
        shown = writer.write(attrs.evolve(letter, logo=a_picture(3000, 1000)))
        assert f"cid:{LOGO_ID}" in shown.html, "OF-3: a mail shows the logo of its office"
        assert shown.logo is not None
        assert shown.logo.startswith(PNG)
        assert len(shown.logo) < 100_000
        assert shown.text == plain.text
        assert words_of(text_of(shown.html)) == words_of(text_of(plain.html))
        damaged = writer.write(attrs.evolve(letter, logo=PNG + b"damaged"))
        assert damaged == plain, "OF-3: a damaged logo is left out"
        assert "cid:" not in plain.html

    @pytest.mark.parametrize("language", Language)
    def test_a_mail_to_the_office_counts_what_arrived(self, writer: MailWriter, language: Language) -> None:
        """OF-4: both forms have each dossier number, client and count once."""
        letter = a_letter(TaskKind.OFFICE_NOTICE, language)
        mail = writer.write(letter)
        for form in (mail.text, text_of(mail.html)):
            for each in letter.arrivals:
                assert (form.count(each.dossier_number), form.count(each.client_name)) == (1, 1)

    @pytest.mark.parametrize("language", Language)
    def test_a_mail_about_a_webhook_names_its_host(self, writer: MailWriter, language: Language) -> None:
        """WH-3: both forms have the host of the endpoint, and each reason has its own text."""
        letter = a_letter(TaskKind.WEBHOOK_DISABLED, language)
        host = letter.facts["host"]
        mails = [
            writer.write(attrs.evolve(letter, facts={"host": host, "failure": failure.value}))
            for failure in WebhookFailure
        ]
        assert all(host in each.text and host in text_of(each.html) for each in mails)
        assert len({each.text for each in mails}) == len({each.html for each in mails}) == len(WebhookFailure)

    @pytest.mark.parametrize("language", Language)
    def test_a_receipt_has_its_files(self, writer: MailWriter, language: Language) -> None:
        """RQ-4: each form has the number of the dossier, who delivered, and each file with its SHA-256."""
        receipt, mail = a_receipt(), writer.write(a_letter(TaskKind.RECEIPT, language))
        facts = [receipt.dossier_number, receipt.client_name, receipt.delivered_by]
        files = [fact for each in receipt.files for fact in (each.name, each.sha256)]
        for form in (mail.text, mail.html):
            assert [each for each in [*facts, *files] if each not in form] == []

    @pytest.mark.parametrize("language", Language)
    def test_a_notification_names_dossiers_and_what_awaits(self, writer: MailWriter, language: Language) -> None:
        """PR-2: each form has each dossier number once, and each kind of notice has its own text."""
        letter = a_letter(TaskKind.NOTIFICATION, language)
        mail = writer.write(letter)
        for form in (mail.text, mail.html):
            assert [form.count(each.dossier_number) for each in letter.awaiting] == [1, 1]
        one_each = [
            writer.write(attrs.evolve(letter, awaiting=(Awaiting(dossier_number="24", notices=frozenset([notice])),)))
            for notice in Notice
        ]
        assert len({each.text for each in one_each}) == len({each.html for each in one_each}) == len(Notice)

    @pytest.mark.parametrize("language", Language)
    def test_a_notification_says_where_its_link_leads(self, writer: MailWriter, language: Language) -> None:
        """NW-2: each place that the link can lead to has its own text, in both forms."""
        letter = a_letter(TaskKind.NOTIFICATION, language)
        mails = [writer.write(attrs.evolve(letter, place=place)) for place in Place]
        assert len({each.text for each in mails}) == len({each.html for each in mails}) == len(Place)

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("client", ["Jansen & Zoon B.V.", "<b>{{ 7 * 7 }}</b>", "B.V.\r\nBcc: x@klant.test"])
    def test_an_added_account_tells_for_which_client(self, writer: MailWriter, language: Language, client: str) -> None:
        """PE-2: the subject and both forms name the client, as text, on one line."""
        mail = writer.write(attrs.evolve(a_letter(TaskKind.ACCOUNT_ADDED, language), facts={"client": client}))
        named = words_of(client)
        assert named in mail.subject
        assert len(mail.subject.splitlines()) == 1
        assert named in mail.text
        assert named in words_of(text_of(mail.html))
        assert "<b>{{" not in mail.html

    @pytest.mark.parametrize("language", Language)
    def test_a_link_tells_how_long_it_lives(self, writer: MailWriter, language: Language) -> None:
        """ON-2, ON-4: the lifetime of a link is shown in the unit that was set, singular or plural."""
        for kind in (TaskKind.INVITATION, TaskKind.PASSWORD_LINK):
            for unit in ("days", "hours", "minutes"):
                one, many = (
                    writer.write(attrs.evolve(a_letter(kind, language), facts={unit: number})).text
                    for number in ("1", "37")
                )
                assert re.search(r"\b37 \w", many)
                assert re.search(r"\b1 \w", one)


def a_letter(kind: TaskKind, language: Language) -> Letter:
    """Make a letter of a kind, with everything that it needs."""
    return Letter(
        kind=kind,
        office=Office(
            id=OfficeId(UUID(int=1)),
            key="kantoor",
            base_url="https://portaal.kantoor.test",
            profile=OfficeProfile(name="Notariskantoor De Vries & Zoon", contact_address="info@kantoor.test"),
        ),
        language=language,
        to="jan.jansen@klant.test",
        name="Jan Jansen",
        url=URL,
        awaiting=(
            Awaiting(dossier_number="2026.01234", notices=frozenset(Notice)),
            Awaiting(dossier_number="2026.05678", notices=frozenset([Notice.MESSAGES])),
        )
        if kind is TaskKind.NOTIFICATION
        else (),
        arrivals=(
            Arrivals(dossier_number="2026.01234", client_name="Klaas Klaassen", counts=dict.fromkeys(Arrival, 2)),
            Arrivals(dossier_number="2026.05678", client_name="Piet Pietersen", counts={Arrival.MESSAGES: 1}),
        )
        if kind is TaskKind.OFFICE_NOTICE
        else (),
        due=(
            a_due("2026.01234", questionnaires=1, items=2, due_on=date(2026, 3, 30)),
            a_due("2026.05678", questionnaires=0, items=1, due_on=date(2026, 12, 31)),
        )
        if kind is TaskKind.REMINDER
        else (),
        receipt=a_receipt() if kind is TaskKind.RECEIPT else None,
        facts=FACTS.get(kind, {}),
    )


def a_due(number: str, *, questionnaires: int, items: int, due_on: date) -> Due:
    """Make the part of a reminder that is about one dossier, in which one more thing is open."""
    since = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    count = questionnaires + items + 1
    waiting = Waiting(whom=WaitingFor.CLIENT, since=since, count=count, due_on=due_on)
    return Due(
        dossier_number=number,
        questionnaires=questionnaires,
        items=items,
        due_on=due_on,
        waiting=waiting,
        today=due_on,
    )


def a_receipt() -> Receipt:
    """Make a receipt of two files."""
    return Receipt(
        id=ReceiptId(UUID(int=2)),
        office_id=OfficeId(UUID(int=1)),
        dossier_id=DossierId(UUID(int=3)),
        client_id=ClientId(UUID(int=4)),
        dossier_number="2026.01234",
        client_name="Jansen Bouw B.V.",
        delivered_by="Jan Jansen",
        delivered_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        files=(
            ReceiptFile(name="paspoort.pdf", size=2048, sha256="0a" * 32),
            ReceiptFile(name="taxatie.pdf", size=5_000_000, sha256="0b" * 32),
        ),
        fingerprint=Fingerprint(bytes(32)),
    )


def links_of(page: str) -> set[str]:
    """Return the targets of the links on a page."""
    return {html.unescape(each) for each in re.findall(r'href="([^"]*)"', page)}


def text_of(page: str) -> str:
    """Return the text of the body of a page."""
    return html.unescape(re.sub(r"<[^>]*>", " ", page.split("<body", 1)[1].split(">", 1)[1]))


def words_of(text: str) -> str:
    """Return the words of a text, with single spaces between them."""
    return " ".join(text.split())
