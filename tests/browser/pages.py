"""Actions of a visitor on several pages."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.demos import Demo, Person
from tests.browser.words import Words

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 300 + b"\n%%EOF\n"
"""A file with the start of a PDF that contains every byte value."""


def pdf(name: str, content: bytes = PDF) -> FilePayload:
    """Make a file to choose."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def sign_in(page: Page, words: Words, person: Person, *, now: Words | None = None) -> None:
    """Sign in with the form. *now* is the language of the next page, if it differs."""
    page.goto("/inloggen")
    page.get_by_label(words.email).fill(person.email)
    page.get_by_label(words.password).fill(person.password)
    press(page, words.sign_in)
    expect(page.get_by_role("button", name=(now or words).sign_out)).to_be_visible()


def click_through(target: Locator) -> None:
    """Click on something that leads to another page, and wait until that page is loaded.

    A page that keeps a draft changes its own address, which is a navigation too but loads nothing.
    """
    with target.page.expect_event("load"):
        target.click()


def stay(target: Locator) -> None:
    """Click on something that would lead to another page, and wait for the dialog. The test answers the dialog."""
    with target.page.expect_event("dialog"):
        target.click(no_wait_after=True)


def press(page: Page, name: str, *, within: Locator | None = None) -> None:
    """Press a button that sends a form, and wait for the next page."""
    click_through((within or page).get_by_role("button", name=name, exact=True))


def saved(page: Page, link: Locator) -> bytes:
    """Click on a download link, and return the downloaded file."""
    with page.expect_download() as coming:
        link.click()
    return Path(coming.value.path()).read_bytes()


def mail(page: Page, demo: Demo, address: str, subject: str) -> Locator:
    """Wait for a mail, open the mailbox, and find the newest mail with that address and subject."""
    demo.await_mail(address, subject)
    page.goto("/demo/mailbox")
    return page.get_by_role("article").filter(has_text=f"To {address}").filter(has_text=subject).first


def expect_tabs(page: Page, *tabs: tuple[str, int, int]) -> None:
    """Expect the tabs of a dossier: label, total, unread."""
    written = [rf"{label}\s+\S+ {total}" + (rf"\s+{unread} \S+" if unread else "") for label, total, unread in tabs]
    expect(page.locator(".tab")).to_have_text([re.compile(rf"^\s*{tab}\s*$") for tab in written])


def open_uploads(page: Page, words: Words) -> Locator:
    """Open the dialog for attachments, and return it."""
    page.get_by_role("button", name=words.attachments, exact=True).click()
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    return window


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files in the dialog for attachments."""
    page.locator("input.uppy-Dashboard-input").first.set_input_files(list(files))
