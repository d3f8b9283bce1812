"""What a vendor imports first."""

import subprocess
import sys

import pytest

import klantportaal


def test_every_public_name_is_there() -> None:
    """Each name that the package says it has can be imported from it, and is the one of its own module."""
    found = {name: getattr(klantportaal, name) for name in klantportaal.__all__}
    assert {name: value.__name__ for name, value in found.items()} == {name: name for name in klantportaal.__all__}


def test_no_other_names() -> None:
    """A name that the package does not have is an AttributeError, as anywhere."""
    with pytest.raises(AttributeError, match="no attribute 'Portaal'"):
        _ = klantportaal.Portaal


def test_importing_the_package_imports_no_part_of_it() -> None:
    """A start-up pays only for what it uses: the package itself imports nothing but the standard library."""
    program = (
        "import klantportaal, sys; print(sorted(name for name in sys.modules if name.startswith('klantportaal.')))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.strip() == "[]"
