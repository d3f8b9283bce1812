"""What is at odds with a standard: ASVS 5.0 (levels 1 and 2) or NIST SP 800-63B-4."""

from collections.abc import Iterator

import attrs

from klantportaal.domain.base_urls import is_open_to_eavesdroppers
from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import Office


@attrs.frozen(kw_only=True, field_transformer=checked)
class Deviation:
    """One setting, or one office, that is not as a standard asks."""

    setting: str
    """Where it is set: ``passwords.minimum``, the argument of ``Portal.assemble``, or the base URL of an office."""
    clauses: tuple[str, ...]
    """What it is at odds with: standard, version and number."""
    sentence: str
    """What is asked, in our words."""
    required: bool = True
    """Whether the clause says shall, or should."""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.setting} deviates from {' and '.join(self.clauses)}: {self.sentence}"


def deviations_of(office: Office) -> Iterator[Deviation]:
    """Name what deviates in an office: plain HTTP, unless no request leaves this computer."""
    if is_open_to_eavesdroppers(office.base_url):
        yield Deviation(
            setting=f"base_url {office.base_url} of office {office.key}",
            clauses=("ASVS 5.0 12.2.1", "ASVS 5.0 3.3.1"),
            sentence="clients reach the portal over HTTPS only, and its cookies go over nothing else",
        )
