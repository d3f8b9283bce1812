"""Who can sign in at the portal of the demo, for `make demo` and for the page `/demo`."""

from collections.abc import Sequence

import attrs

from examples.demo.seed.story import (
    COLLEAGUE,
    COLLEAGUE_EMAIL,
    COLLEAGUE_PASSWORD,
    COMPANY,
    COMPANY_PASSWORD,
    PERSON,
    PERSON_PASSWORD,
    SPOUSE,
    SPOUSE_PASSWORD,
)


@attrs.frozen
class Login:
    """Somebody who can sign in."""

    name: str
    role: str
    """In English. ``nl.po`` has it in Dutch."""
    email: str
    password: str


LOGINS: Sequence[Login] = (
    Login(PERSON.name, "a person, in Dutch", PERSON.email, PERSON_PASSWORD),
    Login(COMPANY.account_name or COMPANY.name, "for a company, in English", COMPANY.email, COMPANY_PASSWORD),
    Login(COLLEAGUE, "an extra account of that company", COLLEAGUE_EMAIL, COLLEAGUE_PASSWORD),
    Login(SPOUSE.name, "Willemijn's husband, also for his own company, in Dutch", SPOUSE.email, SPOUSE_PASSWORD),
)
