"""Makes a JPEG of a HEIC picture in a process of its own. ``heif.HeifPictures`` runs this file as a script.

libheif is C code that reads hostile files. So the process gives up its rights before it reads any: it opens no file
and no connection any more, and has little memory and time. It gets the picture from its input, and writes the JPEG to
its output.
"""

import io
import sys
from collections.abc import Callable, Sequence

NOT_SHOWN = 1
"""The exit status for a picture of which no JPEG can be made."""
NOT_INSTALLED = 3
"""The exit status if a package is missing."""
LONGEST = 4096
"""The most pixels of each side of the JPEG. A larger picture is made smaller."""


def run(arguments: Sequence[str]) -> int:
    """Make a JPEG of the input. Return the exit status.

    Args:
        arguments: the most pixels, the bytes of memory, the seconds of the processor, and the folders of the packages.
    """
    pixels, memory, seconds = map(int, arguments[:3])
    sys.path.extend(arguments[3:])
    try:
        make = _maker(pixels)
    except ImportError:
        return NOT_INSTALLED
    _give_up_rights(memory, seconds)
    try:
        made = make(sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, it is not shown
        return NOT_SHOWN
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def _maker(pixels: int) -> Callable[[bytes], bytes]:
    """Load all that is needed. Return what makes a JPEG of a picture."""
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    Image.preinit()

    def make(content: bytes) -> bytes:
        """Make the JPEG. libheif turns the picture by itself, and refuses one of another size than its header says."""
        with Image.open(io.BytesIO(content), formats=["HEIF"]) as picture:
            if picture.width * picture.height > pixels:
                raise ValueError("the picture is too large")
            picture.thumbnail((LONGEST, LONGEST))
            bare = picture.convert("RGB")
        bare.info.clear()
        made = io.BytesIO()
        bare.save(made, "JPEG", quality=85)
        return made.getvalue()

    return make


def _give_up_rights(memory: int, seconds: int) -> None:
    """Limit memory and time, and open nothing from here on."""
    import resource  # Windows has none. There, nothing is shown.

    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
