"""The sentences of the dialog for attachments."""

import re
from pathlib import Path

import pytest

from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.language.upload_texts import SCRIPT, UPPY, upload_texts
from klantportaal.domain.file_types import FileType, FileTypes
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import Language

FRONTEND = Path(__file__).parents[2] / "frontend"
NAMED = {"dashboardTitle", "dashboardWindowTitle", "youCanOnlyUploadFileTypes"}
"""Uppy's texts that are made for each dialog: its name, and the types that the portal takes."""
UNUSED = re.compile(
    # Cameras, sources on other computers, and files there.
    r"s3.*|webdav.*|auth.*|companion.*|googleDrive.*|signIn.*|log(In|Out)|search.*|.*Search.*|.*FromFolder.*|open.*|pick.*"
    r"|selectX|.*[fF]ilter|noFilesFound|loadedX.*|actionFailed|dialogConfirm|item.*|import.*|.*Import.*|.*Folders|.*Both"
    r"|myDevice|take.*|record.*|copy.*"
    # Editing files, fields beside them, uploads that pause, and dialogs that come back after a visit.
    r"|edit.*|finish.*|save.*|missing.*|.*[pP]ause.*|resume.*|recovered.*|sessionRestored|reSelect|poweredBy"
    # Limits that the portal does not set, or tells in its own words.
    r"|aggregate.*|youHaveTo.*|youCanOnlyUploadX"
)


def keys_of(package: str) -> set[str]:
    """List the keys of the texts of a package of Uppy."""
    source = (FRONTEND / "node_modules" / "@uppy" / package / "lib" / "locale.js").read_text()
    return set(re.findall(r"^        (\w+):", source, re.MULTILINE))


def test_all_of_uppy() -> None:
    """PR-1: every text that Uppy can show in the portal's dialog is the portal's own, in both languages."""
    keys = set[str]().union(*map(keys_of, ("core", "dashboard", "xhr-upload", "thumbnail-generator")))
    assert len(keys) > 100
    assert {key for key in keys if not UNUSED.fullmatch(key)} == {*UPPY, *NAMED}


@pytest.mark.parametrize("language", Language)
def test_forms(language: Language) -> None:
    """PR-1: a sentence with a number has a form for one and a form for more; the types that are taken are filled in."""
    limits = UploadLimits(types=FileTypes(taken=frozenset({FileType.PDF, FileType.JPEG})))
    texts = upload_texts(wordings()[language], limits)
    assert (set(texts["script"]), set(texts["uppy"])) == (set(SCRIPT), {*UPPY, "youCanOnlyUploadFileTypes"})
    assert "jpg, pdf" in texts["uppy"]["youCanOnlyUploadFileTypes"]
    forms = texts["uppy"]["uploadXFiles"]
    one, more = {Language.DUTCH: ("bestand", "bestanden"), Language.ENGLISH: ("file", "files")}[language]
    assert forms == {"0": f"Upload {{smart_count}} {one}", "1": f"Upload {{smart_count}} {more}"}


def test_keys_of_the_script() -> None:
    """PR-1: the script asks for sentences that are there, and each of them is asked for."""
    sources = [*FRONTEND.glob("src/uploads/*.js"), *FRONTEND.glob("src/upload*.js"), FRONTEND / "src/photos.js"]
    script = "\n".join(each.read_text() for each in sources)
    called = r"(?:sentence|sentenceFor|fail)\(\"(\w+)\"|return \"(\w+)\""
    asked = re.findall(rf"{called}|key: \"(\w+)\"|\? \"(\w+)\" : \"(\w+)\", again", script)
    assert {key for found in asked for key in found if key} == set(SCRIPT)
