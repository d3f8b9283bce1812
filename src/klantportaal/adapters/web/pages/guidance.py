"""The help page, to which the office can add a text (OF-3), and the accessibility statement."""

from collections.abc import Mapping

from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.adapters.web.pages.frame import Frame

ICONS: Mapping[str, Sentence] = {
    "search": sentence("Search for a dossier by its number or description"),
    "filter": sentence("Choose which dossiers you see"),
    "file-down": sentence("Not downloaded by you yet"),
    "file-check": sentence("Downloaded by you"),
    "eye": sentence("View a file on the screen"),
    "download": sentence("Download a file"),
    "arrow-down-to-line": sentence("Incoming message: from our office to you"),
    "arrow-up": sentence("Outgoing message: from you to our office"),
    "paperclip": sentence("A message with attachments"),
    "trash-2": sentence("Delete"),
}
"""What the icons of the pages mean."""

TESTED = (
    sentence("The program axe finds nothing wrong on any page, on a large screen and on a phone."),
    sentence(
        "You do not need to scroll sideways on any page, on a screen of 320 pixels wide or with text at twice the size."
    ),
    sentence("You can sign in, send a message with files and fill in a questionnaire with the keyboard alone."),
    sentence("If something goes wrong, the page first says what is wrong and what you can do."),
    sentence("The pages work without JavaScript."),
    sentence("The pages warn you before your session ends, and you can stay signed in."),
    sentence("The HTML of the pages is valid."),
)
"""What tests show of every version. ``tests/hosts/test_guidance.py`` names the tests of each sentence."""
NOT_YET = (
    sentence("Letters and documents that we publish may not be accessible. Ask us for another format."),
    sentence("No independent organisation has assessed the portal yet."),
)
"""What is not accessible, or not known to be."""


def help_page(frame: Frame) -> str:
    """Show how the portal works, what the icons mean, and whom to call."""
    vendor = frame.office.vendor_sign_in
    return frame.html(
        "help.html",
        vendor_name=vendor.name if vendor else "",
        limits=frame.site.portal.settings.uploads,
        icons=[(icon, frame.wording.say(said)) for icon, said in ICONS.items()],
    )


def accessibility(frame: Frame) -> str:
    """Show what is tested, what is not accessible yet, and whom to tell."""
    said = frame.wording.say
    return frame.html("accessibility.html", tested=list(map(said, TESTED)), not_yet=list(map(said, NOT_YET)))
