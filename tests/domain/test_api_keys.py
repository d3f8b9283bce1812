"""API keys, their scopes and budgets (AP-1, AP-2, AP-3)."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiBudget, ApiKey, Lease, Minute, NewApiKey
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
        api_keys.admit(key, at=AT)


def test_the_minute_of_a_key() -> None:
    """AP-3: a lease of a key is counted in its minute; in the next one nothing was taken yet."""
    at, begun = AT.replace(second=30, microsecond=5), AT.replace(second=0, microsecond=0)
    assert api_keys.minute_of(KEY, at=at) == Minute(begun_at=begun, taken=0)
    lease = Lease(minute=Minute(begun_at=begun, taken=7), left=7)
    used = api_keys.used(KEY, lease, at=at)
    assert used == attrs.evolve(KEY, used_at=at, minute_at=begun, minute_requests=7)
    assert api_keys.minute_of(used, at=at) == lease.minute
    later = at + timedelta(seconds=30)
    assert api_keys.minute_of(used, at=later) == Minute(begun_at=begun + api_keys.MINUTE, taken=0)


def test_a_minute_of_another_clock() -> None:
    """AP-3: the next minute, which a clock that is ahead began, is counted on; one further ahead is begun anew."""
    begun = AT.replace(second=0, microsecond=0)
    ahead = {
        number: attrs.evolve(KEY, minute_at=begun + number * api_keys.MINUTE, minute_requests=7) for number in (1, 2)
    }
    assert api_keys.minute_of(ahead[1], at=begun) == Minute(begun_at=begun + api_keys.MINUTE, taken=7)
    assert api_keys.minute_of(ahead[2], at=begun) == Minute(begun_at=begun, taken=0)


def test_the_minute_of_a_session() -> None:
    """AP-3: a session has a counter of its own, and none before its first request."""
    at, begun = AT.replace(second=30, microsecond=5), AT.replace(second=0, microsecond=0)
    assert api_keys.minute_of_session(None, at=at) == Minute(begun_at=begun, taken=0)
    assert api_keys.minute_of_session(Counter(newest_at=at), at=at) == Minute(begun_at=begun, taken=0)
    lease = Lease(minute=Minute(begun_at=begun, taken=7), left=7)
    counter = api_keys.counter_of(lease)
    assert counter == Counter(failures=7, newest_at=begun)
    assert api_keys.minute_of_session(counter, at=at) == lease.minute
    first, second = (api_keys.session_subject(SessionId(UUID(int=number))) for number in (1, 2))
    assert (len(first), first == second) == (32, False)


def _minute(taken: int) -> Minute:
    return Minute(begun_at=AT.replace(second=0, microsecond=0), taken=taken)


@pytest.mark.parametrize("taken, size", [(0, 10), (300, 5), (481, 1), (599, 1)])
def test_the_size_of_a_lease(taken: int, size: int) -> None:
    """AP-3: a lease is a sixtieth of what is left, so that near the limit requests are counted one by one."""
    assert api_keys.take(_minute(taken), limit=600, at=AT) == Lease(minute=_minute(taken + size), left=size)


def test_a_minute_in_which_all_is_taken() -> None:
    """AP-3: no lease is taken beyond the limit, and the error says when there are requests again."""
    with pytest.raises(TooManyRequests) as refused:
        api_keys.take(_minute(600), limit=600, at=AT.replace(second=30, microsecond=0))
    assert (refused.value.limit, refused.value.seconds) == (600, 31)


def test_the_requests_of_a_lease() -> None:
    """AP-3: a lease is used up in its minute; the budget counts what other processes took as well."""
    at, held = AT.replace(second=30, microsecond=0), Lease(minute=_minute(10), left=2)
    assert api_keys.spend(None, _minute(0), limit=20, at=at) is None
    once = api_keys.spend(held, _minute(0), limit=20, at=at)  # What was read is older than the lease.
    assert once == (Lease(minute=_minute(10), left=1), ApiBudget(limit=20, remaining=11, seconds=31))
    twice = api_keys.spend(once[0], _minute(15), limit=20, at=at)
    assert twice == (Lease(minute=_minute(15), left=0), ApiBudget(limit=20, remaining=5, seconds=31))
    assert api_keys.spend(twice[0], _minute(15), limit=20, at=at) is None
    next_minute = attrs.evolve(_minute(0), begun_at=_minute(0).begun_at + api_keys.MINUTE)
    assert api_keys.spend(held, next_minute, limit=20, at=at + api_keys.MINUTE) is None


def test_leases_of_one_minute_are_joined() -> None:
    """AP-3: two leases that a process took in one minute are one; that of an earlier minute is void."""
    new, held = Lease(minute=_minute(10), left=10), Lease(minute=_minute(20), left=3)
    assert api_keys.joined(new, None) == new
    assert api_keys.joined(new, held) == Lease(minute=_minute(20), left=13)
    earlier = attrs.evolve(held, minute=attrs.evolve(held.minute, begun_at=held.minute.begun_at - api_keys.MINUTE))
    assert api_keys.joined(new, earlier) == new


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
