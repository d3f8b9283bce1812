"""Object stores that are slow, break in the middle, lie, or refuse; and processes that die while they use one."""

import os
import subprocess
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.s3.models import s3_backends

from klantportaal.adapters.files.objects import IDLE, ObjectFiles, ObjectStoreUnavailable
from klantportaal.cli.checks import checks
from klantportaal.cli.part_checks import Judgement, check_files
from klantportaal.domain.errors import Conflict, FileDamaged, PortalError, StorageFull, Unavailable
from klantportaal.domain.health import DiskLimits
from klantportaal.domain.values import DraftId, FileKey
from klantportaal.ports.files import BLOCK
from klantportaal.testing.contracts.files import KEY, OTHER, listed, soon, whole
from tests.faults.load import Place
from tests.support import faulty_store, s3
from tests.support.faulty_store import Alter, Answer, Cut, CutUpload, Fault, LoseAnswer, Proxy, Request, Shorten, Stall

MEBIBYTE = 1024 * 1024
FEW = "&retries=1"
QUICK = "&timeout=1&retries=0"
"""For what must take long. On a busy machine, anything else may too."""
SMALL = 100_003
"""A size of parts that makes many of them."""
CONTENT = bytes(range(256)) * 2000


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Store]:
    """Run an object store for all tests of this module."""
    with s3.moto() as store:
        yield store


@pytest.fixture
def store(server: s3.Store, monkeypatch: pytest.MonkeyPatch) -> s3.Store:
    """Return the object store with an empty bucket, and its credentials in the environment."""
    server.credentials(monkeypatch)
    server.empty()
    return server


@pytest.fixture
def proxy(store: s3.Store) -> Iterator[Proxy]:
    """Run a proxy in front of the object store."""
    with faulty_store.before(store.port) as proxy:
        yield proxy


@pytest.fixture
def files(store: s3.Store, proxy: Proxy) -> ObjectFiles:
    """Return empty files behind the proxy."""
    return ObjectFiles(store.word(port=proxy.port, more=FEW), part_size=SMALL)


def always(fault: Fault, when: Callable[[Request], bool] = lambda _each: True) -> faulty_store.Plan:
    """Plan a fault for each request of a kind."""
    return lambda request: fault if when(request) else None


def once(fault: Fault, when: Callable[[Request], bool] = lambda _each: True) -> faulty_store.Plan:
    """Plan a fault for the first request of a kind."""
    left = [fault]
    return lambda request: left.pop() if left and when(request) else None


def is_part(request: Request) -> bool:
    """Tell whether a request is for a part."""
    return request.is_for_part


def is_record(request: Request) -> bool:
    """Tell whether a request is for a record."""
    return "/files/" in request.target and not request.is_for_part


def age(name: str, by: timedelta) -> None:
    """Let an object of the store be older."""
    (account,) = s3_backends
    keys = s3_backends[account]["aws"].buckets[s3.BUCKET].keys
    keys[name].last_modified = datetime.now(UTC).replace(tzinfo=None) - by


def turns(store: s3.Store) -> list[str]:
    """List what is left of who kept or removed files."""
    return [each for each in store.names() if "/turns/" in each]


# ------------------------------------------------------------------ reading
@pytest.mark.parametrize(
    "fault", [Cut(after=1000), Cut(after=0), LoseAnswer(), Answer(status=503, code="SlowDown")], ids=str
)
def test_a_failure_is_tried_again(fault: Fault, files: ObjectFiles, proxy: Proxy) -> None:
    """DC-4: what fails once, also in the middle of a part, is asked again: the file comes whole."""
    files.write(KEY, [CONTENT])
    proxy.plan = once(fault, is_part)
    assert whole(files, KEY) == CONTENT


@pytest.mark.parametrize("fault", [Cut(after=100), LoseAnswer(), Answer(status=500, code="InternalError")], ids=str)
@pytest.mark.parametrize("when", [is_part, is_record])
def test_what_goes_on_failing_is_told(
    fault: Fault, when: Callable[[Request], bool], files: ObjectFiles, proxy: Proxy
) -> None:
    """DC-4: a store that goes on to break is unavailable, and works afterwards."""
    files.write(KEY, [CONTENT])
    proxy.plan = always(fault, when)
    with pytest.raises(Unavailable):
        files.read(KEY)
    proxy.plan = faulty_store.no_fault
    assert whole(files, KEY) == CONTENT


@pytest.mark.parametrize("when", [is_part, is_record])
def test_silence_is_told(when: Callable[[Request], bool], files: ObjectFiles, proxy: Proxy, store: s3.Store) -> None:
    """AL-6: a store that falls silent in a reading, a writing or a list is given up after the time limit."""
    files.write(KEY, [CONTENT])
    quick = ObjectFiles(store.word(port=proxy.port, more=QUICK), part_size=SMALL)
    proxy.plan = always(Stall(), when)
    with pytest.raises(Unavailable):
        quick.read(KEY)
    with pytest.raises(Unavailable):
        quick.write(OTHER, [CONTENT])
    proxy.plan = always(Stall())
    with pytest.raises(Unavailable):
        listed(quick)


@pytest.mark.parametrize("fault", [Shorten(by=1), Shorten(by=SMALL), Alter()], ids=str)
@pytest.mark.parametrize("start", [0, SMALL + 10])
def test_a_lie_is_noticed(fault: Fault, start: int, files: ObjectFiles, proxy: Proxy) -> None:
    """DC-4: where a part is shorter or other than it was, no byte of it is given, also in the middle of a file."""
    files.write(KEY, [CONTENT])
    proxy.plan = once(fault, lambda request: request.target.endswith(".000002"))
    given: list[bytes] = []
    with pytest.raises(FileDamaged):
        given.extend(files.read(KEY, start=start))
    assert b"".join(given) == CONTENT[start : 2 * SMALL]


@pytest.mark.parametrize("fault", [Shorten(by=1), Alter()], ids=str)
def test_a_damaged_record_is_no_file(fault: Fault, files: ObjectFiles, proxy: Proxy, store: s3.Store) -> None:
    """DC-4: a record that was cut or altered is told. A sweep meanwhile takes nothing away."""
    files.write(KEY, [CONTENT])
    left = f"{s3.PREFIX}/files/{KEY}.{'0' * 32}.000000"
    store.client().put_object(Bucket=s3.BUCKET, Key=left, Body=b"x")
    before = store.names()
    for name in before:
        age(name, 2 * IDLE)
    proxy.plan = always(fault, is_record)
    for read in (files.read, files.state):
        with pytest.raises(FileDamaged):
            read(KEY)
    assert listed(files) == {KEY}
    assert store.names() == before


@pytest.mark.parametrize(
    "parts",
    [b"[[1e400, 'HASH']]", b"[" * 100_000, b"[[-5, 'HASH']]", b"[[0, 'HASH']]", b"[[NaN, 'HASH']]"],
    ids=range(5),
)
def test_a_record_of_nonsense_is_damage(parts: bytes, files: ObjectFiles, store: s3.Store) -> None:
    """DC-4: a record that somebody replaced is damage, whatever it has, and can be removed."""
    content = b"{'format': 1, 'attempt': 'ATTEMPT', 'sha256': 'HASH', 'parts': PARTS}".replace(b"PARTS", parts)
    content = content.replace(b"HASH", b"00" * 32).replace(b"ATTEMPT", b"0" * 32).replace(b"'", b'"')
    store.client().put_object(Bucket=s3.BUCKET, Key=f"{s3.PREFIX}/files/{KEY}", Body=content)
    for read in (files.read, files.state):
        with pytest.raises(FileDamaged):
            read(KEY)
    files.remove(KEY)
    assert store.names() == []


FOREIGN = ("files/Backup 2026", "files/report.pdf", "files/Backup 2026.tar.gz", f"files/{KEY}/notes", "files/a--b")


def test_what_is_no_file_is_left_alone(files: ObjectFiles, store: s3.Store) -> None:
    """AL-3: an object whose name is not that of a file is not listed, so that a sweep goes on, and is not removed."""
    files.write(KEY, [b"x"])
    for name in FOREIGN:
        store.client().put_object(Bucket=s3.BUCKET, Key=f"{s3.PREFIX}/{name}", Body=b"x")
    before = store.names()
    for name in before:
        age(name, 2 * IDLE)
    assert listed(files) == {KEY}
    assert store.names() == before


PAGE = Answer(status=404, code="", page="<html>Not Found: Geheim</html>")


@pytest.mark.parametrize("fault", [PAGE, Answer(status=404, code="Elsewhere")], ids=str)
def test_a_page_that_is_not_found_is_no_missing_file(fault: Answer, files: ObjectFiles, proxy: Proxy) -> None:
    """DC-4: a 404 that is not the store's own, as of a wrong endpoint, does not make files look lost."""
    files.write(KEY, [CONTENT])
    proxy.plan = always(fault)
    uses: list[Callable[[], object]] = [
        lambda: files.read(KEY),
        lambda: files.state(KEY),
        lambda: files.remove(KEY),
        lambda: files.write(OTHER, [CONTENT]),
        lambda: listed(files),
    ]
    for use in uses:
        with pytest.raises(ObjectStoreUnavailable, match="no object store answers at the endpoint"):
            use()
    proxy.plan = always(fault, is_part)
    with pytest.raises(ObjectStoreUnavailable):
        files.read(KEY)
    proxy.plan = faulty_store.no_fault
    assert listed(files) == {KEY}
    with pytest.raises(FileDamaged, match="no such file"):
        files.read(OTHER)


LISTED = (
    "<Contents><Key>{prefix}/files/{key}</Key><LastModified>2026-11-01T08:00:00.000Z</LastModified>"
    "<ETag>x</ETag><Size>1</Size></Contents>"
)
REPEATED = (
    "<?xml version='1.0'?><ListBucketResult><IsTruncated>true</IsTruncated>{contents}"
    "<NextContinuationToken>again</NextContinuationToken></ListBucketResult>"
)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_list_without_end(size: int, files: ObjectFiles, proxy: Proxy) -> None:
    """AL-6: a store that gives one page of a list again and again is told."""
    contents = "".join(LISTED.format(prefix=s3.PREFIX, key=f"{KEY}-{number:04}") for number in range(size))
    proxy.plan = always(
        Answer(status=200, code="", page=REPEATED.format(contents=contents)), lambda each: "list-type" in each.target
    )
    with pytest.raises(ObjectStoreUnavailable, match="repeats itself"):
        listed(files)


def test_what_is_too_large_is_not_read(files: ObjectFiles, store: s3.Store, proxy: Proxy) -> None:
    """DC-4: a part or a record that somebody replaced by something much larger is not read into memory."""
    files.write(KEY, [b"x"])
    client = store.client()
    for name in store.names():
        client.put_object(Bucket=s3.BUCKET, Key=name, Body=bytes(17 * MEBIBYTE))
        with pytest.raises(FileDamaged, match="larger than it was"):
            files.read(KEY)


# ------------------------------------------------------------------ writing
def test_a_put_that_fails_halfway(store: s3.Store, proxy: Proxy, tmp_path: Path) -> None:
    """AT-2, case 10: a put that fails after 12 MiB of 20: the client is told, nothing is listed, nothing stays."""
    place = Place.furnish(str(tmp_path / "portal.sqlite3"), store.word(port=proxy.port, more=FEW))
    proxy.plan = always(CutUpload(after=MEBIBYTE), lambda each: each.method == "PUT" and ".000003" in each.target)
    with place.opened() as (portal, actor):
        blocks = [b"%PDF-1.7\n", *[bytes(MEBIBYTE)] * 20]
        with pytest.raises(Unavailable):
            portal.client.attachments.stage(
                actor, place.dossier_id, DraftId(uuid4()), name="groot.pdf", blocks=iter(blocks)
            )
        assert sum(request.size for request in proxy.asked if request.method == "PUT") > 12 * MEBIBYTE
        assert portal.background.verify().files == 0
    assert store.names() == []


def test_a_store_that_goes_away_halfway(store: s3.Store, files: ObjectFiles, proxy: Proxy) -> None:
    """AL-3, case 10: parts that could not be deleted at once, or that a crash left, are gone after a day."""
    away = Answer(status=503, code="ServiceUnavailable")
    proxy.plan = always(away, lambda each: ".000003" in each.target or each.method == "DELETE")
    with pytest.raises(Unavailable):
        files.write(KEY, [CONTENT])
    left = store.names()
    assert len(left) == 3
    proxy.plan = faulty_store.no_fault
    files.write(OTHER, [CONTENT])
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    for days, stay in ((0, left), (2, [])):
        for name in left:
            age(name, timedelta(days=days))
        assert list(files.keys(before=a_day_ago)) == []
        assert [name for name in store.names() if OTHER not in name] == stay
    assert whole(files, OTHER) == CONTENT


def test_another_write_of_a_key_leaves_nothing(store: s3.Store, files: ObjectFiles) -> None:
    """AL-3: what a crash left of a second write of a key is removed, and the parts of the file stay."""
    files.write(KEY, [CONTENT])
    before = store.names()
    left = f"{s3.PREFIX}/files/{KEY}.{'0' * 32}.000000"
    store.client().put_object(Bucket=s3.BUCKET, Key=left, Body=b"x")
    for name in (*before, left):
        age(name, 2 * IDLE)
    assert set(files.keys(before=soon())) == {KEY}
    assert store.names() == before
    assert whole(files, KEY) == CONTENT


def test_a_lost_answer_is_a_success(files: ObjectFiles, proxy: Proxy) -> None:
    """AL-3: if the answer to the last request of a write is lost, the write is known to have succeeded."""
    for key, plan in ((KEY, once(LoseAnswer(), is_record)), (OTHER, once(Cut(after=0), is_record))):
        proxy.plan = plan
        assert files.write(key, [CONTENT]).size == len(CONTENT)
        assert whole(files, key) == CONTENT
    with pytest.raises(Conflict):
        files.write(KEY, [b"other"])


@pytest.mark.parametrize("code", ["QuotaExceeded", "InsufficientStorage"])
def test_a_full_store(code: str, files: ObjectFiles, proxy: Proxy, store: s3.Store) -> None:
    """AL-2: a store without room is told as full, and keeps nothing."""
    proxy.plan = always(Answer(status=507, code=code), lambda each: ".000002" in each.target)
    with pytest.raises(StorageFull):
        files.write(KEY, [CONTENT])
    assert store.names() == []


FAULTS = st.sampled_from(
    [None, None, None, Cut(after=500), CutUpload(after=500), LoseAnswer(), Shorten(by=1), Alter()]
    + [Answer(status=status, code=code) for status, code in ((503, "SlowDown"), (409, "OperationAborted"))]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writing=st.lists(FAULTS, max_size=12), reading=st.lists(FAULTS, max_size=12), start=st.integers(0, 3 * SMALL))
def test_exactly_what_was_written_or_an_error(
    writing: list[Fault | None],
    reading: list[Fault | None],
    start: int,
    files: ObjectFiles,
    proxy: Proxy,
    store: s3.Store,
) -> None:
    """DC-4, AL-3: whatever fails: what was acknowledged is there whole; a read gives what was written, or raises."""
    key, content = FileKey(uuid4().hex), CONTENT[: 2 * SMALL + 5]
    direct = ObjectFiles(store.word())

    def play(faults: list[Fault | None]) -> None:
        rest = iter(faults)
        proxy.plan = lambda _request: next(rest, None)

    play(writing)
    try:
        files.write(key, [content])
    except PortalError:
        with pytest.raises(FileDamaged):
            direct.read(key)
        return
    finally:
        proxy.plan = faulty_store.no_fault
    assert whole(direct, key) == content
    play(reading)
    try:
        assert b"".join(files.read(key, start=start)) == content[start:]
    except PortalError:
        pass
    finally:
        proxy.plan = faulty_store.no_fault


# ------------------------------------------------------------------ memory
PEAK = """
    import re, sys
    from pathlib import Path
    from klantportaal.adapters.files.objects import ObjectFiles
    from klantportaal.testing.contracts.files import KEY, OTHER

    word, megabytes = sys.argv[1], int(sys.argv[2])
    files = ObjectFiles(word)
    block = bytes(range(256)) * 1024

    def peak():
        # Not of the resource module: that counts what the parent had when it forked.
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

    files.write(OTHER, [block])
    for _block in files.read(OTHER):
        pass
    before = peak()
    written = files.write(KEY, (block for _each in range(4 * megabytes)))
    assert written.size == megabytes * 2**20
    assert sum(len(each) for each in files.read(KEY)) == written.size
    print(peak() - before)
"""


def test_a_large_file_takes_no_memory(store: s3.Store) -> None:
    """DC-4: writing and reading 64 MiB takes less than 24 MiB of memory, in parts of 4 MiB: it is never held whole."""
    command = [sys.executable, "-c", textwrap.dedent(PEAK), store.word(), "64"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 24 * 1024


# ------------------------------------------------------------------ what cannot be opened
UNUSABLE: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "a key that is not base64": ("az://bak?account=kantoor", {"AZURE_STORAGE_ACCOUNT_KEY": "Geheim!!"}),
    "an option that is no truth": ("s3://bak?region=eu-west-1", {"AWS_SKIP_SIGNATURE": "Geheim"}),
    "a key file that is not there": ("gs://bak", {"GOOGLE_APPLICATION_CREDENTIALS": "/srv/Geheim.json"}),
    "a key with a carriage return": ("s3://bak?region=eu-west-1&retries=0", {"AWS_ACCESS_KEY_ID": "Geheim\r"}),
    "a token with a carriage return": ("s3://bak?region=eu-west-1&retries=0", {"AWS_SESSION_TOKEN": "Geheim\r"}),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_environment_that_cannot_be_used(case: str, store: s3.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: credentials and options that cannot be used are told at each use, and by ``check``, without the value."""
    word, environment = UNUSABLE[case]
    if word.startswith("s3:"):
        word += f"&endpoint={store.endpoint}"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    files = ObjectFiles(word)
    uses: list[Callable[[], object]] = [
        lambda: files.write(KEY, [b"x"]),
        lambda: files.read(KEY),
        lambda: files.remove(KEY),
        lambda: listed(files),
    ]
    says: set[str] = set()
    for use in (*uses, *uses):
        with pytest.raises(ObjectStoreUnavailable, match="in the environment cannot be used") as refused:
            use()
        assert "Geheim" not in "".join(traceback.format_exception(refused.value))
        says.add(str(refused.value))
    (finding,) = [
        each
        for each in checks({"KLANTPORTAAL_FILES": word}, None, workers=0)
        if each.part == "files" and each.judgement is Judgement.WRONG
    ]
    assert {finding.says} == says


# ------------------------------------------------------------------ keeping and removing
def test_who_keeps_sees_who_removes(files: ObjectFiles, store: s3.Store, proxy: Proxy) -> None:
    """AL-3: a removal that began before does its work before files are kept; one that begins after does nothing."""
    files.write(KEY, [b"goes"])
    is_removing, may_remove = threading.Event(), threading.Event()

    def plan(request: Request) -> None:
        if is_record(request) and request.method == "GET" and not is_removing.is_set():
            is_removing.set()
            may_remove.wait()

    proxy.plan = plan
    direct = ObjectFiles(store.word())
    removing = threading.Thread(target=ObjectFiles(store.word(port=proxy.port)).remove, args=(KEY,))
    removing.start()
    is_removing.wait()
    entered = threading.Event()

    def keep() -> None:
        with direct.keeping():
            entered.set()
            assert listed(direct) == set()

    keeping = threading.Thread(target=keep)
    keeping.start()
    while not any("keeping-" in name for name in store.names()):
        pass
    assert not entered.is_set()
    may_remove.set()
    removing.join()
    keeping.join()
    assert entered.is_set()
    assert turns(store) == []


def test_of_many_that_keep_one_does(files: ObjectFiles, store: s3.Store) -> None:
    """AL-3: of several backups at once, one keeps the files at a time, and each has its turn."""
    inside, most, lock = [0], [0], threading.Lock()

    def keep() -> None:
        with ObjectFiles(store.word()).keeping():
            with lock:
                inside[0] += 1
                most[0] = max(inside[0], most[0])
            listed(files)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=keep) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert turns(store) == []


@pytest.mark.parametrize("digit", ["0", "g"])
def test_who_comes_later_waits(digit: str, files: ObjectFiles, store: s3.Store, proxy: Proxy) -> None:
    """AL-3: while somebody keeps the files, another one waits, whichever name comes first."""
    there = f"{s3.PREFIX}/turns/keeping-{digit * 32}"
    store.client().put_object(Bucket=s3.BUCKET, Key=there, Body=b"")
    entered, has_looked = threading.Event(), threading.Event()

    def keep() -> None:
        with files.keeping():
            entered.set()

    def plan(_request: Request) -> None:
        if len(proxy.asked) > 6:
            has_looked.set()

    proxy.plan = plan
    waiting = threading.Thread(target=keep)
    waiting.start()
    has_looked.wait()
    assert not entered.is_set()
    store.client().delete_object(Bucket=s3.BUCKET, Key=there)
    waiting.join()
    assert entered.is_set()
    assert turns(store) == []


@pytest.mark.parametrize("kind", ["keeping", "removing"])
def test_who_was_killed_keeps_nothing(kind: str, files: ObjectFiles, store: s3.Store) -> None:
    """AL-3: what a killed process was doing ends with its lease, and is swept."""
    files.write(KEY, [b"x"])
    left = f"{s3.PREFIX}/turns/{kind}-{'0' * 32}"
    store.client().put_object(Bucket=s3.BUCKET, Key=left, Body=b"")
    if kind == "keeping":
        files.remove(KEY)
        assert listed(files) == {KEY}
    age(left, timedelta(minutes=6))
    with files.keeping():
        pass
    files.remove(KEY)
    assert listed(files) == set()
    assert store.names() == [left]
    age(left, 2 * IDLE)
    assert listed(files) == set()
    assert store.names() == []


def test_who_cannot_say_that_it_keeps_is_told(files: ObjectFiles, proxy: Proxy) -> None:
    """AL-6: if a backup could not say for so long that it keeps the files that others may remove them, it fails."""
    files._turns._lease = timedelta(seconds=2)

    def backup() -> None:
        with files.keeping():
            proxy.plan = always(LoseAnswer(), lambda each: each.method == "PUT")
            (renewing,) = [each for each in threading.enumerate() if each.name == "klantportaal-keeping"]
            renewing.join()

    with pytest.raises(Unavailable, match="may have been removed"):
        backup()


def test_a_removal_that_takes_too_long_removes_nothing(store: s3.Store) -> None:
    """AL-3: a removal that was frozen for longer than its lease gives up, because others may keep the files now."""
    files = ObjectFiles(store.word())
    files.write(KEY, [b"x"])
    lease = files._turns._lease
    files._turns._lease = timedelta(seconds=files._turns._patience)  # It is over at once.
    files.remove(KEY)
    files._turns._lease = lease
    assert listed(files) == {KEY}


# ------------------------------------------------------------------ processes
KILLED = """
    import os, signal, sys
    from klantportaal.adapters.files.objects import ObjectFiles
    from klantportaal.testing.contracts.files import KEY

    def blocks():
        yield bytes(300_000)
        os.kill(os.getpid(), signal.SIGKILL)

    ObjectFiles(sys.argv[1], part_size=100_000).write(KEY, blocks())
"""


def test_a_killed_writer(store: s3.Store, files: ObjectFiles) -> None:
    """AL-3: after ``kill -9`` in the middle of a write there is no file, the key is free, and the parts are swept."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), store.word()], check=False)
    assert done.returncode < 0
    left = store.names()
    assert len(left) == 3
    assert listed(files) == set()
    files.write(KEY, [b"again"])
    for name in left:
        age(name, 2 * IDLE)
    assert listed(files) == {KEY}
    assert [name for name in store.names() if name in left] == []
    assert whole(files, KEY) == b"again"


# ------------------------------------------------------------------ words and sentences
@pytest.mark.parametrize(
    "fault, told",
    [
        (Answer(status=404, code="NoSuchBucket"), "the bucket does not exist"),
        (Answer(status=301, code="PermanentRedirect"), "another region: name its region"),
        (
            Answer(status=400, code="AuthorizationHeaderMalformed", more="<Region>eu-west-3</Region>"),
            "region=eu-west-3",
        ),
        (Answer(status=400, code="ExpiredToken"), "have expired: renew them"),
        (Answer(status=403, code="InvalidAccessKeyId"), "are wrong: correct them"),
        (Answer(status=403, code="RequestTimeTooSkewed"), "too far apart: use NTP"),
        (Answer(status=403, code="AccessDenied"), "may not be written in the bucket"),
        (Answer(status=503, code="SlowDown"), "busy or fails"),
        (LoseAnswer(), "does not answer"),
    ],
    ids=str,
)
def test_a_refusal_says_how_it_is_mended(
    fault: Fault, told: str, files: ObjectFiles, proxy: Proxy, store: s3.Store
) -> None:
    """AL-6: each refusal has its sentence, which repeats no key and no address."""
    proxy.plan = always(fault)
    with pytest.raises(ObjectStoreUnavailable, match=told) as refused:
        files.write(KEY, [b"x"])
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert not [secret for secret in (store.access_key, store.secret_key, s3.HOST, KEY) if secret in str(refused.value)]


def test_without_credentials(files: ObjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: where neither the environment nor a role has credentials, this is told."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    # Nobody answers where the role of a machine would be.
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://169.254.169.254:1")
    with pytest.raises(ObjectStoreUnavailable, match="no credentials"):
        files.write(KEY, [b"x"])


def test_a_check_of_a_store_that_lies(store: s3.Store, proxy: Proxy) -> None:
    """DC-4: ``klantportaal check`` tells a store that replaces files, and one that gives other bytes."""

    def found() -> list[str]:
        return [each.says for each in check_files(ObjectFiles(word), DiskLimits())]

    word = store.word(port=proxy.port)
    assert found() == ["can be written and read"]
    proxy.without = b"if-none-match"
    assert found() == ["are replaced by a second write"]
    proxy.without, proxy.plan = b"", always(Alter(), lambda each: each.method == "GET" and each.is_for_part)
    with pytest.raises(FileDamaged, match="not what was stored"):
        found()


def test_blocks_are_small_in_large_parts(store: s3.Store) -> None:
    """DC-4: blocks have at most ``BLOCK`` bytes, whatever the size of the parts."""
    files = ObjectFiles(store.word())
    files.write(KEY, [bytes(9 * MEBIBYTE)])
    with closing(files.read(KEY, start=1)) as blocks:
        assert max(len(each) for each in blocks) == BLOCK
