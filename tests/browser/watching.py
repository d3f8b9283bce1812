"""Reports what a page must never do during a test: log an error, violate the CSP, or open an unexpected dialog."""

from collections.abc import Callable

import attrs
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Response, WebError

# A violation raises an event in the page too. It is logged to the console, where ``Watch`` sees it.
REPORTS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI} in ${event.sourceFile}`));
"""
FAILED_LOAD = "Failed to load resource"


def _complain_of(watch: "Watch", dialog: Dialog) -> None:
    watch.said.append(("", f"dialog ({dialog.type}): {dialog.message}"))
    dialog.accept()


@attrs.define(slots=False)  # Playwright sets attributes on an object whose methods it calls.
class Watch:
    """Listens to every page of some contexts."""

    said: list[tuple[str, str]] = attrs.field(factory=list)
    """The complaints, each with the URL it is about."""
    refused_pages: set[str] = attrs.field(factory=set)
    """URLs of pages with an error status. Chromium logs an error for each of them."""
    expected: list[str] = attrs.field(factory=list)
    """Parts of URLs for which a script may get an error status."""
    on_dialog: Callable[[Dialog], None] | None = None
    """The handler of a dialog that the test expects."""

    def over(self, context: BrowserContext) -> None:
        """Watch a context."""
        context.add_init_script(REPORTS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("response", self._response)

    def complaints(self) -> list[str]:
        """List all unexpected complaints."""
        return [text for address, text in self.said if not self._is_known(address, text)]

    def _is_known(self, address: str, text: str) -> bool:
        if not text.startswith(FAILED_LOAD):
            return False
        return address.partition("#")[0] in self.refused_pages or any(part in address for part in self.expected)

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
