"""The tests' own support works: PostgreSQL is real and durable, and so is the OpenID provider."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import psycopg
import pytest
from joserfc import jwk, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError

from klantportaal import Absent, Conflict, PortalError, Refused
from tests.conftest import StartProvider
from tests.support import postgres, raised, surface
from tests.support.openid.provider import CLIENT_ID, CLIENT_SECRET, SUBSTANTIAL, Person, Provider

CALLBACK = "https://example.nl/back"
VERIFIER = "v" * 43


def failing(error: PortalError) -> None:
    """Fail.

    Raises:
        Absent: there is nothing.
        Refused, Unavailable: it
            Conflict: is no error here.
    """
    raise error


@pytest.mark.parametrize("error, is_told", [(Absent(), True), (Refused([]), True), (Conflict(), False)], ids=repr)
def test_an_error_that_no_docstring_names(error: PortalError, is_told: bool) -> None:
    """OF-1: an error that leaves a call is noticed if the docstring of the call does not name it."""
    assert surface.errors(failing) == {"Absent", "Refused", "Unavailable"}
    seen: raised.Undocumented = set()
    with pytest.raises(type(error)):
        raised.watched(failing, "failing", seen)(error)
    assert seen == (set() if is_told else {("failing", "Conflict")})


@pytest.mark.postgres
def test_databases_are_apart_and_gone_afterwards(postgres_server: str) -> None:
    """AL-2: a temporary database starts empty, flushes to disk, and is removed afterwards."""
    count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'klantportaal%'"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        before = server.execute(count).fetchone()
        with postgres.temporary_database(postgres_server) as dsn, psycopg.connect(dsn) as database:
            assert database.execute("SHOW fsync").fetchone() == ("on",)
            assert database.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert server.execute(count).fetchone() == before


@pytest.fixture
def provider(start_provider: StartProvider) -> Iterator[Provider]:
    """A provider with a client of these tests, honest again after each."""
    provider = start_provider("https://example.nl", callback="/back", signed_out="/out")
    yield provider
    provider.honest()


@pytest.fixture
def person(provider: Provider) -> Iterator[Person]:
    """Somebody on the pages of the provider."""
    with Person.visiting(provider) as person:
        yield person


def keys(provider: Provider) -> jwk.KeySet:
    """Fetch the keys that a provider publishes."""
    return jwk.KeySet.import_key_set(httpx2.get(httpx2.get(provider.discovery).json()["jwks_uri"]).json())


def authorization_url(provider: Provider) -> str:
    """Give the URL with which a client sends somebody to the provider."""
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    asked |= {"code_challenge": challenge, "code_challenge_method": "S256", "max_age": "60", "acr_values": SUBSTANTIAL}
    return f"{provider.issuer}/auth?{urlencode(asked)}"


def tokens(provider: Provider, back: str, *, verifier: str = VERIFIER) -> dict[str, Any]:
    """Exchange the code in the URL to which a provider leads back."""
    code = parse_qs(urlsplit(back).query)["code"][0]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    answer = httpx2.post(f"{provider.issuer}/token", data=sent, auth=(CLIENT_ID, CLIENT_SECRET))
    result: dict[str, Any] = answer.json()
    return result


def test_the_provider_signs_what_it_says(provider: Provider, person: Person) -> None:
    """PE-6: An ID token says who proved their identity, how and when, and is signed with a published key."""
    back = person.sign_in(authorization_url(provider), "burger-1", amr="otp sms")
    claims = jwt.decode(tokens(provider, back)["id_token"], keys(provider)).claims
    assert {name: claims[name] for name in ("iss", "aud", "sub", "acr", "amr")} == {
        "iss": provider.issuer,
        "aud": CLIENT_ID,
        "sub": "burger-1",
        "acr": SUBSTANTIAL,
        "amr": ["otp", "sms"],
    }
    assert claims["auth_time"] <= claims["iat"]


def test_the_provider_wants_the_verifier_once(provider: Provider, person: Person) -> None:
    """PE-6: A code is exchanged once, with the verifier of its challenge."""
    back = person.sign_in(authorization_url(provider), "burger-1")
    assert tokens(provider, back, verifier="w" * 43)["error"] == "invalid_grant"
    back = person.pass_through(authorization_url(provider))
    assert "id_token" in tokens(provider, back)
    assert tokens(provider, back)["error"] == "invalid_grant"


def test_the_provider_replaces_its_key(provider: Provider, person: Person) -> None:
    """PE-6: After a rotation, the key of before is published no more, and sessions go on."""
    before = keys(provider)
    person.sign_in(authorization_url(provider), "burger-1")
    provider.rotate()
    token = tokens(provider, person.pass_through(authorization_url(provider)))["id_token"]
    with pytest.raises(InvalidKeyIdError):
        jwt.decode(token, before)
    assert jwt.decode(token, keys(provider)).claims["sub"] == "burger-1"


def test_the_provider_lies_when_told(provider: Provider, person: Person) -> None:
    """PE-6: The tests can forge signatures, change claims, and leave the ID token out."""
    provider.control(claims={"sub": "burger-2", "acr": None})
    token = tokens(provider, person.sign_in(authorization_url(provider), "burger-1"))["id_token"]
    claims = jwt.decode(token, keys(provider)).claims
    assert (claims["sub"], "acr" in claims) == ("burger-2", False)
    provider.control(forge=True)
    token = tokens(provider, person.pass_through(authorization_url(provider)))["id_token"]
    with pytest.raises(BadSignatureError):
        jwt.decode(token, keys(provider))
    provider.control(without_id_token=True)
    assert "id_token" not in tokens(provider, person.pass_through(authorization_url(provider)))
