"""The list of ASVS 5.0 requirements is complete, and the tests and pages that it names exist."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[2]
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
"""The level of each requirement of ASVS 5.0.0, by section, in the order of the numbers."""


@attrs.frozen(kw_only=True)
class Row:
    """One row of the list: some requirements, and what the portal does about them."""

    numbers: tuple[str, ...]
    level: str
    asked: str
    here: str
    by: str

    @property
    def places(self) -> list[str]:
        """The places that the row names: tests as ``file::name``, and pages."""
        return re.findall(r"`((?:tests|src|docs|requirements|frontend)/[^`]+)`", self.by)


def listed() -> Iterator[Row]:
    """Read the rows of the page."""
    for line in (ROOT / "docs/reference/asvs.md").read_text().splitlines():
        if re.match(r"\| \d", line):
            numbers, level, asked, here, by = (cell.strip() for cell in line.strip("|").split(" | "))
            yield Row(numbers=tuple(numbers.split(", ")), level=level, asked=asked, here=here, by=by)


ROWS = list(listed())
NAMES = [row.numbers[0] for row in ROWS]


def test_every_requirement_is_listed_once() -> None:
    """SI-5: All 70 requirements of level 1 and 183 of level 2 are listed once, with their level."""
    numbered = {
        f"{section}.{place}": level
        for section, levels in LEVELS.items()
        for place, level in enumerate(levels, start=1)
        if level in "12"
    }
    assert Counter(numbered.values()) == {"1": 70, "2": 183}
    assert Counter(number for row in ROWS for number in row.numbers) == Counter(list(numbered))
    assert {number: row.level for row in ROWS for number in row.numbers} == numbered


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_what_is_named_is_there(row: Row) -> None:
    """SI-5: Each named test and page exists. A requirement that is held names one, and any other has a reason."""
    assert row.here in ("held", "vendor", "none", "open")
    assert row.asked
    assert len(row.by) > 5
    assert row.places or row.here != "held"
    for place in row.places:
        file, _colons, name = place.partition("::")
        assert (ROOT / file).is_file(), place
        assert not file.endswith(".py") or re.search(rf"^ *def {name}\(", (ROOT / file).read_text(), re.MULTILINE), (
            place
        )


def test_tests_are_named_one_by_one() -> None:
    """SI-5: A row names single tests, not whole test files."""
    assert [place for row in ROWS for place in row.places if place.endswith(".py")] == []
