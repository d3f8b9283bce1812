"""SMS writers that break promises of their port."""

from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.domain.values import Language
from klantportaal.ports.sms import Note, Sms, SmsWriter
from klantportaal.testing.contracts.sms import SmsWriterContract
from tests.contracts.wrong import caught_by


class _Wrong(SmsWriterContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def writer(self) -> SmsWriter:
        """Return the wrong adapter."""
        found: SmsWriter = type(self).makes()
        return found


class _Unbound(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return attrs.evolve(sms, text=f"{sms.text.split(chr(10))[0]}\n#{note.code}")


@caught_by("test_an_sms_names_office_code_and_life[nl]", "TS-2: an SMS has the office, the code and its lifetime")
class BindsToNoHost(_Wrong):
    """Its code can be filled in on any host."""

    makes = _Unbound


class _Lasting(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return attrs.evolve(sms, text=sms.text.replace(f"{note.minutes} minu", "minu"))


@caught_by("test_an_sms_names_office_code_and_life[en]", "TS-2: an SMS has the office, the code and its lifetime")
class TellsNoLifetime(_Wrong):
    """It does not tell how long the code is valid."""

    makes = _Lasting


class _English(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        return super().write(attrs.evolve(note, language=Language.ENGLISH))


@caught_by("test_languages_differ", "PR-1: each language has its own text")
class WritesEnglishOnly(_Wrong):
    """It writes every SMS in English."""

    makes = _English


class _Long(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return attrs.evolve(sms, text=f"{note.office.profile.name} {'x' * 100} {sms.text}")


@caught_by("test_it_is_one_sms_however_the_office_is_called[De Vries-nl]", "TS-2: an SMS has at most 160 characters")
class WritesTwoSmss(_Wrong):
    """Its text does not fit into one SMS."""

    makes = _Long


class _Fancy(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return attrs.evolve(sms, text=sms.text.replace(".", "\N{HORIZONTAL ELLIPSIS}", 1))


@caught_by("test_it_is_one_sms_however_the_office_is_called[De Vries-en]", "TS-2: an SMS has at most 160 characters")
class UsesOtherLetters(_Wrong):
    """Its text has characters that split an SMS."""

    makes = _Fancy


class _Port(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return attrs.evolve(sms, text=sms.text.replace("@portaal.kantoor.test", "@portaal.kantoor.test:8443"))


@caught_by("test_a_host_is_bound_without_its_port", "TS-2: the line that binds the code has the host in lower case")
class BindsToAPort(_Wrong):
    """Its last line has the port of the portal."""

    makes = _Port


class _Codeless(JinjaSmsWriter):
    def write(self, note: Note) -> Sms:
        sms = super().write(note)
        return sms if "@" in sms.text else attrs.evolve(sms, text="De naam van de host is te lang.")


@caught_by("test_a_long_host_still_gets_its_code[nl]", "TS-2: an SMS always has the code")
class LeavesTheCodeOut(_Wrong):
    """It has no code if the name of the host is long."""

    makes = _Codeless
