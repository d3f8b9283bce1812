"""The sentences of the dialog for attachments: those of the portal's script, and those of Uppy by its keys.

The words between braces are filled in by the script.
"""

from collections.abc import Mapping

from klantportaal.adapters.web.language.translations import Sentence, Wording, counted, sentence
from klantportaal.domain.uploads import UploadLimits

SCRIPT: Mapping[str, Sentence] = {
    "addedOne": sentence("1 file added."),
    "added": sentence("{n} files added."),
    "removed": sentence("Removed: {name}."),
    "listed": sentence("“{name}” is already in the list."),
    "leftOut": sentence("“{name}” was left out: you can add at most {limit} files here."),
    "noRoom": sentence("You can add at most {limit} files here. Remove one before you add another."),
    "unreachable": sentence(
        "The portal is not responding. Check your connection, wait a moment, and press “Send again”. What you chose"
        " stays here."
    ),
    "offline": sentence(
        "You have no internet connection. Once you are connected again, press “Send again”. What you chose stays here."
    ),
    "unreadable": sentence(
        "The network gave an answer that did not come from the portal. Wait a moment, and press “Send again”. What you"
        " chose stays here."
    ),
    "ended": sentence(
        "You are no longer signed in. Sign in on a new tab, come back here, and press “Send again”. What you chose"
        " stays here."
    ),
    "changed": sentence("“{name}” was changed, moved or removed since you chose it. Choose it again."),
    "heldUp": sentence(
        "“{name}” is too large for the network of the portal, though the portal itself accepts files of up to"
        " {limit}. Make it smaller, or split it into several files."
    ),
    "notAdded": sentence("“{name}” was not added, because the dialog was closed before it came in. Add it again."),
    "notRemoved": sentence("The file was not removed: the portal is not responding. Try again in a moment."),
    "photosOne": sentence("1 photo taken."),
    "photos": sentence("{n} photos taken."),
    "photosName": sentence("Photos {n}.pdf"),
    "photosFailed": sentence(
        "Your browser cannot make a PDF of these photos. Discard them, and add them as files instead."
    ),
    "photosKept": sentence("The photos are not added yet. Add them as one PDF, or discard them."),
    "photosHeld": sentence("Nothing has been sent yet."),
    "notOpened": sentence(
        "Files cannot be chosen at the moment: the portal is not responding. Check your connection, and try again."
    ),
}
"""What the script says. {name} is a file, {limit} and {n} are numbers or sizes."""

UPPY: Mapping[str, Sentence] = {
    "addBulkFilesFailed": counted(
        "{smart_count} file cannot be added. Choose it again.",
        "{smart_count} files cannot be added. Choose them again.",
    ),
    "additionalRestrictionsFailed": sentence("{count} other files cannot be sent either. Close this to see why."),
    "addedNumFiles": sentence("{numFiles} files chosen"),
    "addMore": sentence("Add more"),
    "addMoreFiles": sentence("Add more"),  # Its button shows "addMore", which must be in its name.
    "addingMoreFiles": sentence("Adding more files"),
    "back": sentence("Back"),
    "browseFiles": sentence("Browse"),
    "cancel": sentence("Cancel"),
    "cancelUpload": sentence("Cancel"),
    "closeModal": sentence("Close"),
    "complete": sentence("All files are added"),
    "connectedToInternet": sentence("You are connected to the internet again."),
    "dataUploadedOfTotal": sentence("{complete} of {total}"),
    "dataUploadedOfUnknown": sentence("{complete} sent"),
    "done": sentence("Done"),
    "dropHint": sentence("Drop your files here"),
    "dropPasteFiles": sentence("Drop your files here or {browseFiles}"),
    "emptyFolderAdded": sentence("This folder is empty."),
    "error": sentence("Not added"),
    "exceedsSize": sentence("“{file}” is larger than {size}. Make it smaller, or split it into several files."),
    "failedToUpload": sentence("“{file}” was not added."),
    "filesUploadedOfTotal": counted("{complete} of {smart_count} file sent", "{complete} of {smart_count} files sent"),
    "folderAdded": counted("{smart_count} file from {folder} chosen", "{smart_count} files from {folder} chosen"),
    "folderAlreadyAdded": sentence("“{folder}” has already been chosen."),
    "generatingThumbnails": sentence("The files are being read…"),
    "inferiorSize": sentence("This file is empty. Check that it is the right file."),
    "loading": sentence("One moment…"),
    "noDuplicates": sentence("“{fileName}” has already been chosen."),
    "noInternetConnection": sentence("You have no internet connection."),
    "noMoreFilesAllowed": sentence("No more files can be added."),
    "pleaseWait": sentence("One moment…"),
    "processingXFiles": counted("{smart_count} file is being read", "{smart_count} files are being read"),
    "removeFile": sentence("Remove {file}"),
    "retry": sentence("Send again"),
    "retryUpload": sentence("Send again"),
    "showErrorDetails": sentence("Show why"),
    "unnamed": sentence("File without a name"),
    "upload": sentence("Upload"),
    "uploadComplete": sentence("All files are added"),
    "uploadFailed": sentence("Not everything was added"),
    "uploadStalled": sentence("Nothing was sent for {seconds} seconds. Wait, or cancel and try again later."),
    "uploadXFiles": counted("Upload {smart_count} file", "Upload {smart_count} files"),
    "uploadXNewFiles": counted("Upload {smart_count} more file", "Upload {smart_count} more files"),
    "uploading": sentence("Sending"),
    "uploadingXFiles": counted("{smart_count} file to send", "{smart_count} files to send"),
    "xFilesSelected": counted("{smart_count} file chosen", "{smart_count} files chosen"),
    "xMoreFilesAdded": counted("{smart_count} more file chosen", "{smart_count} more files chosen"),
    "xTimeLeft": sentence("{time} left"),
}
"""What Uppy says, by its key. A test lists the keys that a dialog of the portal never shows."""

TYPES = sentence(
    "This type of file cannot be sent. You can send %(types)s. Save it as one of these, such as PDF, and add that."
)
Texts = Mapping[str, str | Mapping[str, str]]


def upload_texts(wording: Wording, limits: UploadLimits) -> Mapping[str, Texts]:
    """Translate all sentences. Those with a number have two forms, by "0" and "1", as Uppy takes them."""
    uppy = {key: _forms(each, wording) for key, each in UPPY.items()}
    types = wording.say(TYPES, types=", ".join(limits.types.shown))
    return {
        "script": {key: wording.gettext(each.one) for key, each in SCRIPT.items()},
        "uppy": {**uppy, "youCanOnlyUploadFileTypes": types},
    }


def _forms(said: Sentence, wording: Wording) -> str | Mapping[str, str]:
    if said.many is None:
        return wording.gettext(said.one)
    return {str(form): wording.ngettext(said.one, said.many, form + 1) for form in (0, 1)}
