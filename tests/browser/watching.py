"""What a page must never do while a test looks at it: complain in the console, break the policy, or ask something."""

from collections.abc import Callable

import attrs
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Response, WebError

# A violation is reported to the page as well as in the console; both must stay silent.
REPORTS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI} in ${event.sourceFile}`));
"""
FAILED_LOAD = "Failed to load resource"


def _complain_of(watch: "Watch", dialog: Dialog) -> None:
    watch.said.append(("", f"dialog ({dialog.type}): {dialog.message}"))
    dialog.accept()


@attrs.define(slots=False)  # Playwright keeps something of its own on whose methods it calls.
class Watch:
    """Listens to every page of some contexts."""

    said: list[tuple[str, str]] = attrs.field(factory=list)
    """What was complained, each with the address it is about."""
    refused_pages: set[str] = attrs.field(factory=set)
    """Addresses of pages that came with an error's status: Chromium complains of those by itself."""
    expected: list[str] = attrs.field(factory=list)
    """Parts of addresses from which a script may get an error's status."""
    on_dialog: Callable[[Dialog], None] | None = None
    """What a test does with a question that it expects."""

    def over(self, context: BrowserContext) -> None:
        """Listen to a context."""
        context.add_init_script(REPORTS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("response", self._response)

    def complaints(self) -> list[str]:
        """Give all that was wrong."""
        return [text for address, text in self.said if not self._is_known(address, text)]

    def _is_known(self, address: str, text: str) -> bool:
        if not text.startswith(FAILED_LOAD):
            return False
        return address in self.refused_pages or any(part in address for part in self.expected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            address = message.location["url"]
            self.said.append((address, f"{message.text} ({address})" if address else message.text))

    def _error(self, error: WebError) -> None:
        self.said.append(("", str(error.error)))

    def _dialog(self, dialog: Dialog) -> None:
        if self.on_dialog is None:
            _complain_of(self, dialog)
        else:
            self.on_dialog(dialog)

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.request.is_navigation_request():
            self.refused_pages.add(response.url)
