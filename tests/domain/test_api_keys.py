"""API keys, their scopes and budgets (AP-1, AP-2, AP-3)."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiBudget, ApiKey, ApiLimits, NewApiKey
from klantportaal.domain.errors import ApiKeyDead, FaultCode, ScopeMissing, TooManyRequests
from klantportaal.domain.events import ApiKeyMade, ApiKeyRevoked
from klantportaal.domain.throttling import Counter
from klantportaal.domain.values import NAME_LIMIT, ApiKeyId, Fingerprint, OfficeId, SessionId
from tests.domain.given import AT, OFFICE_ID, fault, refusal

ID = ApiKeyId(UUID(int=5))
TOKEN = "t" * 43
SCOPES = {ApiArea.DOSSIERS: ApiAccess.READ, ApiArea.DOCUMENTS: ApiAccess.WRITE}
NEW = NewApiKey(name="  boekhouding ", scopes=SCOPES, life=timedelta(days=1))
KEY = ApiKey(
    id=ID,
    office_id=OFFICE_ID,
    name="boekhouding",
    fingerprint=Fingerprint(b"f" * 32),
    scopes=SCOPES,
    made_at=AT,
    expires_at=AT + timedelta(days=1),
)
LIMITS = ApiLimits(requests_a_minute=2, session_requests_a_minute=3)


def _made(new: NewApiKey) -> tuple[ApiKey, ApiKeyMade]:
    return api_keys.make_key(new, id=ID, office_id=OFFICE_ID, fingerprint=KEY.fingerprint, at=AT)


def test_make_and_revoke() -> None:
    """AP-1: a key has a clean name, and an end; it is revoked once."""
    assert _made(NEW) == (KEY, ApiKeyMade(key_id=ID, scopes="documents:write dossiers:read", at=AT))
    revoked, fact = api_keys.revoke(KEY, at=AT)
    assert (revoked, fact) == (attrs.evolve(KEY, revoked_at=AT), ApiKeyRevoked(key_id=ID, at=AT))
    assert refusal(lambda: api_keys.revoke(revoked, at=AT)) == [fault(FaultCode.WRONG_STATE, "api_key")]


def test_all_faults_at_once() -> None:
    """AP-1, AL-1: a key without a name and without a scope is refused, with both faults."""
    bare = [fault(FaultCode.MISSING, "name"), fault(FaultCode.MISSING, "scopes")]
    assert refusal(lambda: _made(NewApiKey(name=" ", scopes={}))) == bare
    long = attrs.evolve(NEW, name="x" * (NAME_LIMIT + 1))
    assert refusal(lambda: _made(long)) == [fault(FaultCode.TOO_LONG, "name", limit=NAME_LIMIT)]


@given(st.uuids(), st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
def test_a_secret_names_its_office(office: UUID, token: str) -> None:
    """AP-1, OF-2: the office is read from the secret, so that a key is looked up within its office."""
    secret = api_keys.secret_of(OfficeId(office), token)
    assert secret.endswith(token)
    assert api_keys.office_of(secret) == office
    for wrong in (secret[1:], f"{secret}=", secret.replace("kp_", "kq_"), f" {secret}"):
        with pytest.raises(ApiKeyDead):
            api_keys.office_of(wrong)


@pytest.mark.parametrize(
    "key",
    [
        None,
        attrs.evolve(KEY, revoked_at=AT),
        attrs.evolve(KEY, expires_at=AT),
        attrs.evolve(KEY, made_at=AT + timedelta(seconds=1)),
    ],
    ids=["unknown", "revoked", "expired", "of the future"],
)
def test_dead_keys(key: ApiKey | None) -> None:
    """AP-1: a key that is unknown, revoked or expired is refused; setting a clock back does not revive one."""
    with pytest.raises(ApiKeyDead):
        api_keys.use(key, limits=LIMITS, at=AT)


def test_the_budget_of_a_minute() -> None:
    """AP-3: a key has so many requests in a minute, and all of them again in the next one."""
    at = AT.replace(second=30, microsecond=0)
    once, budget = api_keys.use(KEY, limits=LIMITS, at=at)
    assert budget == ApiBudget(limit=2, remaining=1, seconds=31)
    assert once == attrs.evolve(KEY, used_at=at, minute_at=at.replace(second=0), minute_requests=1)
    twice, budget = api_keys.use(once, limits=LIMITS, at=at)
    assert budget.remaining == 0
    with pytest.raises(TooManyRequests) as refused:
        api_keys.use(twice, limits=LIMITS, at=at)
    assert (refused.value.limit, refused.value.seconds) == (2, 31)
    later, budget = api_keys.use(twice, limits=LIMITS, at=at + timedelta(seconds=30))
    assert (later.minute_requests, budget.remaining) == (1, 1)


def test_the_budget_of_a_session() -> None:
    """AP-3: a session has so many requests in a minute, and another session its own."""
    at = AT.replace(second=30, microsecond=0)
    counter, budgets = Counter(newest_at=at), list[ApiBudget]()
    for _each in range(3):
        counter, budget = api_keys.spend(counter, limits=LIMITS, at=at)
        budgets.append(budget)
    assert counter == Counter(failures=3, newest_at=at.replace(second=0))
    assert budgets == [ApiBudget(limit=3, remaining=left, seconds=31) for left in (2, 1, 0)]
    with pytest.raises(TooManyRequests) as refused:
        api_keys.spend(counter, limits=LIMITS, at=at)
    assert (refused.value.limit, refused.value.seconds) == (3, 31)
    later, budget = api_keys.spend(counter, limits=LIMITS, at=at + timedelta(seconds=30))
    assert (later.failures, budget.remaining) == (1, 2)
    first, second = (api_keys.session_subject(SessionId(UUID(int=number))) for number in (1, 2))
    assert (len(first), first == second) == (32, False)


@pytest.mark.parametrize("area", ApiArea)
@pytest.mark.parametrize("access", ApiAccess)
def test_scopes(area: ApiArea, access: ApiAccess) -> None:
    """AP-2: a key may do what its scopes say, and nothing else; who may write may read."""
    allowed = SCOPES.get(area) in {access, ApiAccess.WRITE}
    if allowed:
        api_keys.require(KEY, area, access)
    else:
        with pytest.raises(ScopeMissing, match=f"{area}:{access}"):
            api_keys.require(KEY, area, access)
