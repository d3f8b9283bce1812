"""Files in an object store in forked processes.

The store is another process, because a fork that Python is not told of may hang if Python has several threads.
"""

import pytest

from klantportaal.adapters.files.objects import ObjectFiles
from klantportaal.domain.errors import Conflict
from klantportaal.testing.contracts.files import KEY, OTHER, whole
from tests.support import children, s3

CONTENT = bytes(range(256)) * 2000


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("told", [True, False], ids=["by Python", "by uWSGI"])
@pytest.mark.parametrize("used", [True, False], ids=["used", "not used"])
def test_a_forked_child_reads_and_writes(told: bool, used: bool, store: s3.Store) -> None:
    """AL-2: files that were used before a fork can be used after it, in the child, its own child, and the parent."""
    files = ObjectFiles(store.word())
    (files if used else ObjectFiles(store.word())).write(KEY, [CONTENT])

    def read() -> bool:
        return whole(files, KEY) == CONTENT

    def work() -> list[object]:
        files.write(OTHER, [CONTENT])
        try:
            files.write(OTHER, [CONTENT])
        except Conflict:
            return [read(), children.fork(read, told=told).result()]
        return ["overwritten"]

    assert children.fork(work, told=told).result() == [True, True]
    assert whole(files, OTHER) == CONTENT


def test_two_children_at_once(store: s3.Store) -> None:
    """DC-4, AL-2: of many writers in several processes, one wins."""
    files = ObjectFiles(store.word())
    files.write(OTHER, [b"used"])

    def write() -> bool:
        try:
            files.write(KEY, [CONTENT])
        except Conflict:
            return False
        return True

    each = [children.fork(write) for _each in range(4)]
    assert sorted(child.result() for child in each) == [False, False, False, True]
    assert whole(files, KEY) == CONTENT
