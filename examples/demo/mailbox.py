"""A mailbox that shows every mail and SMS that ``FolderSender`` and ``FolderSmsSender`` wrote."""

import base64
import json
import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import cast

import attrs
from flask import Blueprint, Response, abort, current_app, jsonify, render_template

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
"""The policy for mails, which are untrusted: no scripts, no external resources, links replace the whole page."""

mailbox = Blueprint("mailbox", __name__)


@attrs.frozen(kw_only=True)
class CaughtMail:
    """One mail or SMS of the demo."""

    name: str
    """The name of its file, without the extension."""
    to: str
    subject: str
    """Empty for an SMS, like ``html``."""
    text: str
    html: str
    at: str
    """The time of sending, in RFC 3339 format: UTC, to the second."""
    kind: str = "mail"
    """``mail`` or ``sms``."""


def caught(folder: Path) -> Sequence[CaughtMail]:
    """Read all mails and SMSs, newest first. The names of their files begin with the time of sending."""
    files = sorted((*folder.glob("*.eml"), *folder.glob("*.sms")), reverse=True)
    return [_read_sms(file) if file.suffix == ".sms" else _read(file) for file in files]


# Cached: a file never changes after it got its name, and parsing a mail takes milliseconds.
_once = lru_cache(maxsize=1000)


@_once
def _read_sms(file: Path) -> CaughtMail:
    sms = json.loads(file.read_bytes())
    return CaughtMail(name=file.stem, to=sms["to"], subject="", text=sms["text"], html="", at=sms["at"], kind="sms")


@_once
def _read(file: Path) -> CaughtMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return CaughtMail(
        name=file.stem,
        to=str(message["To"]).strip(),
        subject=str(message["Subject"]).strip(),
        text=_part(message, "plain"),
        html=_with_pictures(message, _part(message, "html")),
        at=message["Date"].datetime.isoformat(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _with_pictures(message: EmailMessage, html: str) -> str:
    """Put the pictures of a mail into its HTML, as a mail app does."""
    for part in message.walk():
        if part.get_content_maintype() == "image":
            content = f"data:{part.get_content_type()};base64,{base64.b64encode(part.get_content()).decode()}"
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", content)
    return html


def _folder() -> Path:
    return cast(Path, current_app.extensions["mails"])


@mailbox.get("/mailbox")
def listed() -> str:
    """Show all mails and SMSs, newest first."""
    return render_template("mailbox.html", mails=caught(_folder()))


@mailbox.get("/mailbox.json")
def as_json() -> Response:
    """Return all mails and SMSs as JSON."""
    return jsonify([attrs.asdict(mail, filter=attrs.filters.exclude("name")) for mail in caught(_folder())])


@mailbox.get("/mailbox/<name>.html")
def page(name: str) -> Response:
    """Return the HTML of a mail, for its frame in the mailbox."""
    # The name comes from the URL, so it is compared with the names of files, and never used as a path. Only one file is
    # read: without script, a browser requests all frames at once.
    file = next((each for each in _folder().glob("*.eml") if each.stem == name), None)
    if file is None:
        abort(404)
    html = re.sub(r"(<head[^>]*>)", r'\1<base target="_top">', _read(file).html, count=1)
    return Response(html, headers={"Content-Security-Policy": MAIL_POLICY})
