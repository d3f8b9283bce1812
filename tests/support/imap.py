"""A small IMAP server on this machine, with the mails of one mailbox (RFC 3501)."""

import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

HOST = "localhost"


class _Conversation(socketserver.StreamRequestHandler):
    """Answers the commands that a job needs to read a mailbox."""

    server: "_Server"

    def handle(self) -> None:
        """Talk to one client."""
        self._say("* OK ready")
        for line in self.rfile:
            tag, command, *words = line.decode().split()
            for answer in self._answers(command.upper(), words):
                self._say(answer)
            self._say(f"{tag} OK done")
            if command.upper() == "LOGOUT":
                return

    def _answers(self, command: str, words: Sequence[str]) -> Iterator[str | bytes]:
        unread = self.server.unread
        if command == "CAPABILITY":
            yield "* CAPABILITY IMAP4rev1"
        if command == "SELECT":
            yield f"* {len(self.server.mails)} EXISTS"
        if command == "SEARCH":
            yield " ".join(["* SEARCH", *map(str, sorted(unread))])
        if command == "FETCH":
            number = int(re.sub(r"\D", "", words[0]))
            unread.discard(number)
            mail = self.server.mails[number - 1]
            yield f"* {number} FETCH (RFC822 {{{len(mail)}}}\r\n".encode() + mail + b")"
        if command == "LOGOUT":
            yield "* BYE"

    def _say(self, answer: str | bytes) -> None:
        self.wfile.write((answer.encode() if isinstance(answer, str) else answer) + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    """Keeps the mails, and which of them are unread."""

    def __init__(self, mails: Sequence[bytes]) -> None:
        self.mails = mails
        self.unread = set(range(1, len(mails) + 1))
        super().__init__((HOST, 0), _Conversation)


@contextmanager
def running(mails: Sequence[bytes]) -> Iterator[int]:
    """Run a server with these unread mails. Give its port."""
    with _Server(mails) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
