"""What makes pictures and breaks promises of its port."""

from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import pytest
from PIL import Image, ImageOps
from pillow_heif import HeifFile

from klantportaal.ports.pictures import Pictures
from klantportaal.testing.contracts.pictures import PicturesContract
from tests.contracts.fixtures.pictures import OwnPictures, WithOwnPictures
from tests.contracts.wrong import caught_by


class _Wrong(WithOwnPictures, PicturesContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[..., Pictures]:
        """Return the wrong adapter."""
        return type(self).makes


class _Telling(OwnPictures):
    def told(self, drawn: Image.Image) -> dict[str, object]:
        return {name: drawn.info[name] for name in ("exif", "icc_profile") if name in drawn.info}


@caught_by("test_nothing_else_is_passed_on", "NW-3: a JPEG tells nothing of who made the picture and where")
class TellsWhere(_Wrong):
    """It passes on where the picture was taken."""

    makes = _Telling


class _Upright(OwnPictures):
    def opened(self, file: HeifFile) -> Image.Image:
        drawn = OwnPictures.opened(self, file)
        return drawn.rotate(90, expand=True) if drawn.height > drawn.width else drawn


@caught_by("test_it_is_turned", "NW-3: a picture is turned as its camera says")
class TurnsNothing(_Wrong):
    """It leaves a picture as the camera was held."""

    makes = _Upright


class _Mirroring(OwnPictures):
    def opened(self, file: HeifFile) -> Image.Image:
        return ImageOps.mirror(OwnPictures.opened(self, file))


@caught_by("test_a_picture", "NW-3: a JPEG is made of a HEIC file: the same picture")
class Mirrors(_Wrong):
    """It mirrors pictures."""

    makes = _Mirroring


class _Last(OwnPictures):
    def opened(self, file: HeifFile) -> Image.Image:
        return file[len(file) - 1].to_pillow()


@caught_by("test_the_first_picture", "NW-3: of a file with several pictures, the first is shown")
class ShowsTheLast(_Wrong):
    """It shows the last picture of a file."""

    makes = _Last


class _Trusting(OwnPictures):
    def opened(self, file: HeifFile) -> Image.Image:
        return Image.new("RGB", (1, 1))


@caught_by("test_what_cannot_be_shown[a bomb]", "NW-3: a file that is damaged, or says a wrong size")
class MakesOfABomb(_Wrong):
    """It makes something of a picture that says that it is very large."""

    makes = _Trusting


class _Raising(OwnPictures):
    def jpeg(self, content: bytes) -> bytes | None:
        return self.made(content)


@caught_by("test_what_cannot_be_shown[half]", "NW-3: a file that is damaged, or says a wrong size")
class RaisesOnDamage(_Wrong):
    """It raises the error of its library."""

    makes = _Raising


@attrs.define
class _Waiting(OwnPictures):
    timeout: float | None = None


@caught_by("test_a_slow_picture_is_given_up", "NW-3: `jpeg` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a picture that takes for ever."""

    makes = _Waiting


@attrs.define
class _Stuck(OwnPictures):
    stuck: bool = False

    def jpeg(self, content: bytes) -> bytes | None:
        made = None if self.stuck else OwnPictures.jpeg(self, content)
        self.stuck = made is None
        return made


@caught_by("test_after_a_damaged_file", "NW-3: a damaged file does not affect the next one")
class FailsFromThenOn(_Wrong):
    """It makes nothing any more after a damaged file."""

    makes = _Stuck
