"""``klantportaal check`` on an object store: each planted mistake is told, with how it is mended."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from klantportaal.adapters.files.objects import ObjectFiles
from klantportaal.cli.commands import main
from klantportaal.testing.contracts.files import soon
from tests.support import faulty_store, s3
from tests.support.faulty_store import Answer, Fault, LoseAnswer

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "object-store.md"


@pytest.fixture
def files_found(store: s3.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """A function that checks a portal with files at a place, and gives what it says of them."""
    given = {
        "database": f"sqlite://{quote(str(tmp_path / 'portal.sqlite3'))}",
        "mail": f"folder://{quote(str(tmp_path / 'mail'))}",
        "anchors": (tmp_path / "anchors").as_uri(),
        "pepper": (b"p" * 32).hex(),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", value)

    def check(word: str) -> list[str]:
        monkeypatch.setenv("KLANTPORTAAL_FILES", word)
        result = CliRunner().invoke(main, ["--json", "check"])
        found = [each for each in json.loads(result.stdout) if each["part"] == "files"]
        assert all(each["mend"] for each in found if each["judgement"] == "wrong")
        told = [f"{each['judgement']}: {each['says']}" for each in found]
        assert not [each for each in told if store.access_key in each or store.secret_key in each]
        return told

    return check


@contextmanager
def denied(store: s3.Store, *rights: str) -> Iterator[None]:
    """Take rights from all who use the bucket, also from its owner, but not that to give them back."""
    there = [f"arn:aws:s3:::{s3.BUCKET}", f"arn:aws:s3:::{s3.BUCKET}/*"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": [*rights], "Resource": there}
    store.client().put_bucket_policy(
        Bucket=s3.BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    try:
        yield
    finally:
        store.client().delete_bucket_policy(Bucket=s3.BUCKET)


def test_all_is_well(files_found: Callable[[str], list[str]], store: s3.Store) -> None:
    """Files can be written and read, and nothing is left of the check."""
    assert files_found(store.word()) == ["right: can be written and read"]
    assert store.names() == []


RIGHTS: Mapping[str, str] = {
    "s3:PutObject": "files may not be written in the bucket",
    "s3:GetObject": "files may not be read in the bucket",
    "s3:DeleteObject": "files may not be removed in the bucket",
    "s3:ListBucket": "files may not be listed in the bucket",
}


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_that_lacks(right: str, files_found: Callable[[str], list[str]], store: s3.Store) -> None:
    """AL-6: a right that the credentials do not have is named."""
    with denied(store, right):
        assert files_found(store.word()) == [f"wrong: {RIGHTS[right]}: give its credentials the right for it ({right})"]


def test_the_rights_of_the_how_to_suffice(
    files_found: Callable[[str], list[str]], store: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: with the rights that docs/how-to/object-store.md gives, files work; outside the prefix nothing does."""
    (policy,) = (json.loads(each) for each in re.findall(r"```json\n(.*?)```", HOW_TO.read_text(), re.DOTALL))
    for statement in policy["Statement"]:
        statement["Principal"] = {"AWS": ["arn:aws:iam:::user/gast"]}
    assert store.guest is not None
    store.guest.credentials(monkeypatch)
    (told,) = files_found(store.word(prefix="kantoren"))
    assert told.startswith("wrong: files may not be written")
    store.client().put_bucket_policy(Bucket=s3.BUCKET, Policy=json.dumps(policy))
    try:
        assert files_found(store.word(prefix="kantoren")) == ["right: can be written and read"]
        assert files_found(store.word(prefix="anderen")) == [told]
        assert list(ObjectFiles(store.word(prefix="kantoren")).keys(before=soon())) == []
    finally:
        store.client().delete_bucket_policy(Bucket=s3.BUCKET)


def test_no_such_bucket(files_found: Callable[[str], list[str]], store: s3.Store) -> None:
    """AL-6: a bucket that is not there is told."""
    (told,) = files_found(store.word(bucket="geen-bak"))
    assert told.startswith("wrong: the bucket does not exist: make it")


def test_wrong_credentials(
    files_found: Callable[[str], list[str]], store: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: a wrong key, and one of nobody, are told."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anders")
    (told,) = files_found(store.word())
    assert told.startswith("wrong: the credentials of the object store are wrong: correct them")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANIEMAND")
    assert files_found(store.word()) == [told]


def test_nobody_there(files_found: Callable[[str], list[str]], store: s3.Store) -> None:
    """AL-6: an endpoint where nobody answers is told."""
    (told,) = files_found(store.word(port=1, more="&retries=0"))
    assert told.startswith("wrong: the object store does not answer: look at the network, and at the endpoint")


ANSWERS: Mapping[str, tuple[Fault, str]] = {
    "another region": (
        Answer(status=400, code="AuthorizationHeaderMalformed", more="<Region>eu-west-3</Region>"),
        "wrong: the bucket is in another region: write ?region=eu-west-3 in the word of the files",
    ),
    "a redirection": (
        Answer(status=301, code="PermanentRedirect"),
        "wrong: the bucket is in another region: name its region in the word of the files, as in ?region=eu-central-1",
    ),
    "credentials of yesterday": (
        Answer(status=400, code="ExpiredToken"),
        "wrong: the credentials of the object store have expired: renew them, or use those of the machine's role",
    ),
    "a clock an hour off": (
        Answer(status=403, code="RequestTimeTooSkewed"),
        "wrong: the clocks of this machine and of the object store are too far apart: use NTP on this machine",
    ),
    "a full store": (
        Answer(status=403, code="QuotaExceeded"),
        "wrong: the object store has no room: nothing was kept",
    ),
    "a connection that breaks": (
        LoseAnswer(),
        "wrong: the object store does not answer: look at the network, and at the endpoint in the word of the files",
    ),
}
"""What a radosgw on this machine cannot be made to say, as Amazon's says it."""


@pytest.mark.parametrize("case", ANSWERS)
def test_what_a_store_says(case: str, files_found: Callable[[str], list[str]], store: s3.Store) -> None:
    """AL-6: each refusal has its own sentence, with how it is mended."""
    fault, told = ANSWERS[case]
    with faulty_store.before(store.port) as proxy:
        proxy.plan = lambda _request: fault
        assert files_found(store.word(port=proxy.port, more="&retries=1")) == [told]
