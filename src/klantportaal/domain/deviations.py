"""Settings that deviate from a standard: ASVS 5.0 (levels 1 and 2) or NIST SP 800-63B-4."""

from collections.abc import Iterator

import attrs

from klantportaal.domain.base_urls import is_open_to_eavesdroppers
from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import Office


@attrs.frozen(kw_only=True, field_transformer=checked)
class Deviation:
    """One setting, of the portal or of an office, that deviates from a standard."""

    setting: str
    """The name of the setting: an argument of ``Portal.assemble``, as ``passwords.minimum``, or an office's URL."""
    clauses: tuple[str, ...]
    """The clauses that it deviates from, each with standard, version and number."""
    sentence: str
    """The requirement of the clauses, in our words."""
    required: bool = True
    """True if the clause says "shall", False if it says "should"."""

    def __str__(self) -> str:
        """Write the deviation as one line."""
        return f"{self.setting} deviates from {' and '.join(self.clauses)}: {self.sentence}"


def deviations_of(office: Office) -> Iterator[Deviation]:
    """List the deviations of an office: a base URL with plain HTTP, except for this computer itself."""
    if is_open_to_eavesdroppers(office.base_url):
        yield Deviation(
            setting=f"base_url {office.base_url} of office {office.key}",
            clauses=("ASVS 5.0 12.2.1", "ASVS 5.0 3.3.1"),
            sentence="clients reach the portal over HTTPS only, and its cookies go over nothing else",
        )
