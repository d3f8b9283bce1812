"""A vendor's own sign-in: what the vendor says of somebody, and what an office sets (PE-6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.admission import (
    METHOD_LIMIT,
    PAGE_LIMIT,
    SIGN_IN_NAME_LIMIT,
    SUBJECT_LIMIT,
    Admission,
    Assurance,
    Authentication,
    Subject,
    VendorSignIn,
    require_admissible,
    takes_passwords,
    tidy,
)
from klantportaal.domain.errors import AdmissionProblem, Fault, FaultCode, NotAdmitted, Refused
from klantportaal.domain.values import SKEW, is_blank

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUBJECT = Subject(issuer="https://login.example.nl", name="4711")
SAID = Authentication(subject=SUBJECT, method="digid", assurance=Assurance.SUBSTANTIAL, at=AT)
SIGN_IN = VendorSignIn(name="DigiD", sign_in="/sso", confirm="/sso/opnieuw")
ANY_STORED = st.characters(exclude_categories=["Cs"])
LEVELS = [Assurance.LOW, Assurance.SUBSTANTIAL, Assurance.HIGH]


def problem(said: Authentication, sign_in: VendorSignIn | None, *, at: datetime = AT) -> AdmissionProblem | None:
    """Return why an authentication is not let in."""
    try:
        require_admissible(said, sign_in, within=HOUR, at=at)
    except NotAdmitted as refused:
        return refused.problem
    return None


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_levels(given_level: Assurance, least: Assurance) -> None:
    """PE-6: the levels of assurance are those of eIDAS, in their order."""
    assert given_level.meets(least) is (LEVELS.index(given_level) >= LEVELS.index(least))
    too_low = problem(attrs.evolve(SAID, assurance=given_level), attrs.evolve(SIGN_IN, least=least))
    assert too_low == (None if given_level.meets(least) else AdmissionProblem.ASSURANCE_TOO_LOW)


@given(st.timedeltas(-2 * HOUR, 2 * HOUR))
def test_how_long_an_authentication_counts(ago: timedelta) -> None:
    """PE-6: an authentication counts from a minute ahead of this clock until it is too old."""
    too_old = problem(attrs.evolve(SAID, at=AT - ago), SIGN_IN)
    assert too_old == (None if -SKEW <= ago < HOUR else AdmissionProblem.NOT_RECENT)


def test_not_offered() -> None:
    """PE-6: an office that does not use the vendor's sign-in refuses it, and accepts passwords."""
    assert problem(SAID, None) is AdmissionProblem.NOT_OFFERED
    assert [takes_passwords(each) for each in (None, SIGN_IN, attrs.evolve(SIGN_IN, with_password=False))] == [
        True,
        True,
        False,
    ]


def test_what_is_kept() -> None:
    """PE-6: an admission has the method and the time, and not the person."""
    assert Admission.of(SAID) == Admission(method="digid", assurance=Assurance.SUBSTANTIAL, at=AT)


@given(st.text(ANY_STORED, max_size=6), st.sampled_from(["issuer", "name", "method"]))
def test_words(text: str, field: str) -> None:
    """AL-1, PE-6: the vendor's texts are printable and not blank; for any other the error names the field."""
    value: Any = SAID if field == "method" else SUBJECT
    if text.isprintable() and not is_blank(text):
        assert getattr(attrs.evolve(value, **{field: text}), field) == text
        return
    with pytest.raises(Refused) as refused:
        attrs.evolve(value, **{field: text})
    limit = METHOD_LIMIT if field == "method" else SUBJECT_LIMIT
    assert refused.value.faults == (Fault(code=FaultCode.NOT_A_WORD, field=field, params={"limit": limit}),)


@pytest.mark.parametrize("field,limit", [("issuer", SUBJECT_LIMIT), ("name", SUBJECT_LIMIT), ("method", METHOD_LIMIT)])
def test_long_words(field: str, limit: int) -> None:
    """AL-1, PE-6: the vendor's words are as long as the standard allows, and no longer."""
    value: Any = SAID if field == "method" else SUBJECT
    attrs.evolve(value, **{field: "x" * limit})
    with pytest.raises(Refused):
        attrs.evolve(value, **{field: "x" * (limit + 1)})


@pytest.mark.parametrize(
    "page",
    [
        "/sso",
        "/",
        "/sso/begin?kantoor=1&x=%20",
        "https://login.example.nl/sso",
        "https://login.example.nl/sso?a=b/c?d",
        "http://127.0.0.1:8000/sso",
        "http://localhost/sso",
        "/" + "x" * (PAGE_LIMIT - 1),
    ],
)
def test_pages(page: str) -> None:
    """PE-6: a page of the vendor is a path on this host, or a URL that nobody can listen in on."""
    kept = tidy(attrs.evolve(SIGN_IN, sign_in=page, confirm=page, sign_out=page))
    assert (kept.sign_in, kept.confirm, kept.sign_out) == (page, page, page)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "sso",
        "//elders.example.nl",
        "/\\elders.example.nl",
        "/sso#deel",
        "/sso?a#deel",
        "/sso zo",
        "/sso?a=<b>",
        '/sso?a="',
        "/%zz",
        "/sso\n",
        "http://login.example.nl/sso",
        "https://gebruiker@login.example.nl/sso",
        "https://",
        "javascript:alert(1)",
        "data:text/html,x",
        "/" + "x" * PAGE_LIMIT,
    ],
)
def test_no_pages(page: str) -> None:
    """AL-1, PE-6: every other page is refused, by the name of its field."""
    for field in ("sign_in", "confirm", "sign_out"):
        changes: Any = {field: page}
        with pytest.raises(Refused) as refused:
            tidy(attrs.evolve(SIGN_IN, **changes))
        assert refused.value.faults == (Fault(code=FaultCode.NOT_A_PAGE, field=field),)


def test_names() -> None:
    """AL-1, PE-6: the name is one line that fits on a button. All faults come at once."""
    assert tidy(attrs.evolve(SIGN_IN, name=" Mijn\u202e Smit ")).name == "Mijn Smit"
    assert tidy(attrs.evolve(SIGN_IN, name="x" * SIGN_IN_NAME_LIMIT)).name == "x" * SIGN_IN_NAME_LIMIT
    with pytest.raises(Refused) as refused:
        tidy(attrs.evolve(SIGN_IN, name=" ", sign_in="x", confirm="y", sign_out="z"))
    assert [(each.field, each.code) for each in refused.value.faults] == [
        ("name", FaultCode.MISSING),
        ("sign_in", FaultCode.NOT_A_PAGE),
        ("confirm", FaultCode.NOT_A_PAGE),
        ("sign_out", FaultCode.NOT_A_PAGE),
    ]
    with pytest.raises(Refused) as refused:
        tidy(attrs.evolve(SIGN_IN, name="x" * (SIGN_IN_NAME_LIMIT + 1)))
    assert refused.value.faults == (Fault(code=FaultCode.TOO_LONG, field="name", params={"limit": SIGN_IN_NAME_LIMIT}),)
