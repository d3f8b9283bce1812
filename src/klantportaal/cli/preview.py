"""The preview of a questionnaire: its pages, in a temporary portal."""

import json
import logging
import re
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
from flask import Flask, abort, redirect, render_template_string, request
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from klantportaal import embedded
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.errors import Refused
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.publishing import read
from klantportaal.domain.sessions import OfficeActor, Visitor
from klantportaal.domain.values import AssignmentId, ClientId, DossierId, Language, OfficeId
from klantportaal.forking import Lock
from klantportaal.portal import Portal

PREFIX = "/portaal"
"""The prefix of the portal's pages. ``/`` opens the questionnaire."""
EMAIL = "preview@example.nl"
_PASSWORD_LINK = re.compile(r"/wachtwoord/(\S+)")
_HOSTS = ("127.0.0.1", "localhost")
_FAULTS = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Faults</title>
<h1>{{ file }} is not a valid questionnaire</h1>
<p>Correct the file, and load this page again.</p>
<ul>{% for fault in faults %}<li><code>{{ fault.field }}</code>: {{ fault.code.value }}
{%- for name, value in fault.params.items() %}, {{ name }} {{ value }}{% endfor %}</li>{% endfor %}</ul>
"""


@attrs.frozen(kw_only=True)
class Stage:
    """A portal with one office, one client and one dossier, for filling in a questionnaire."""

    portal: Portal
    office_id: OfficeId
    client_id: ClientId
    dossier_id: DossierId
    password: str = attrs.field(repr=False)

    @property
    def office(self) -> OfficeActor:
        """The actor of the office."""
        return OfficeActor(office_id=self.office_id, handler="klantportaal questionnaire preview")

    def assign(self, content: bytes, revision: int) -> AssignmentId:
        """Publish a document under a revision, and assign it to the client. Raises: Refused, with every fault."""
        definition, text = read(content)
        self.portal.office.questionnaires.publish(self.office, json.dumps({**json.loads(text), "revision": revision}))
        return self.portal.office.questionnaires.assign(self.office, self.dossier_id, self.client_id, definition.id)

    def is_open(self, assignment: AssignmentId) -> bool:
        """Tell whether the client can still fill it in."""
        return self.portal.office.questionnaires.get(self.office, assignment).state is AssignmentState.OPEN

    def start(self, assignment: AssignmentId) -> str:
        """Sign the client in, start or resume the questionnaire, and give the token of the session."""
        entrance = self.portal.client.sign_in.sign_in(Visitor(office_id=self.office_id), EMAIL, self.password)
        client = self.portal.client.sign_in.whoever(self.office_id, entrance.token).actor
        self.portal.client.questionnaires.start(client, assignment)
        return entrance.token


@contextmanager
def staged(folder: Path, mail: MemorySender, base_url: str, *, kind: ClientKind, language: Language) -> Iterator[Stage]:
    """Open a portal in a folder, and make its stage. Then its dispatcher runs until the context ends.

    Not before: while one of its threads sends the mail that the stage is made with, the mail is not there yet.
    """
    with closing(embedded.portal(folder, mail=mail, pepper=secrets.token_bytes(32))) as portal:
        stage = _build(portal, mail, base_url, kind=kind, language=language)
        portal.background.dispatcher.start()
        yield stage


def _build(portal: Portal, mail: MemorySender, base_url: str, *, kind: ClientKind, language: Language) -> Stage:
    """Make the office, its client, who has a password, and the dossier."""
    profile = OfficeProfile(name="Preview", contact_address="preview@example.nl")
    office_id = portal.offices.ensure("preview", base_url, profile)
    actor, password = OfficeActor(office_id=office_id, handler="preview"), f"Aa1{secrets.token_urlsafe(18)}"
    name = "A. Client" if kind is ClientKind.PERSON else "Company"
    account_name = None if kind is ClientKind.PERSON else "A. Client"
    new = NewClient(kind=kind, name=name, account_name=account_name, email=EMAIL, language=language)
    client_id, _account = portal.office.clients.invite(actor, new)
    dossier_id = portal.office.dossiers.open(actor, number="1", description="Preview", parties=[client_id])
    visitor = Visitor(office_id=office_id)
    portal.client.onboarding.ask_link(visitor, EMAIL)
    portal.background.dispatcher.run_once()
    token = next(found[1] for mail in mail.sent if (found := _PASSWORD_LINK.search(mail.text)))
    portal.client.onboarding.set_password(visitor, token, password, password)
    return Stage(portal=portal, office_id=office_id, client_id=client_id, dossier_id=dossier_id, password=password)


@attrs.define(kw_only=True)
class Preview:
    """The questionnaire in a file that may change.

    It is assigned again, without answers, when the file has changed, and when the client has completed it.
    """

    _stage: Stage
    _file: Path
    _shown: bytes = b""
    _revision: int = 0
    _assignment: AssignmentId | None = None
    _assigning: Lock = attrs.field(factory=Lock)

    def current(self) -> AssignmentId:
        """Give the assignment of the file as it is now. Raises: Refused, with every fault; OSError."""
        with self._assigning:
            content = self._file.read_bytes()
            if self._assignment is None or content != self._shown or not self._stage.is_open(self._assignment):
                self._assignment = self._stage.assign(content, self._revision + 1)
                self._shown, self._revision = content, self._revision + 1
            return self._assignment


def application(stage: Stage, file: Path) -> Flask:
    """Make the application: ``/`` signs the client in and opens the questionnaire, or lists the faults of the file."""
    app, preview = Flask("klantportaal.preview", static_folder=None), Preview(stage=stage, file=file)
    app.register_blueprint(blueprint(stage.portal), url_prefix=PREFIX)

    @app.before_request
    def refuse_strangers() -> None:
        """Serve only requests to this computer's names: other sites could read the pages (DNS rebinding)."""
        if request.host.rsplit(":", 1)[0] not in _HOSTS:
            abort(403)

    @app.get("/")
    def open_it() -> Response | tuple[str, int]:
        try:
            assignment = preview.current()
        except Refused as refused:
            return render_template_string(_FAULTS, file=file.name, faults=refused.faults), 422
        except OSError as error:
            return Response(f"{file.name} cannot be read: {error.strerror}. Load this page again.", 422)
        response = redirect(f"{PREFIX}/vragenlijsten/{assignment}")
        name = cookies.name(Cookie.SESSION, stage.office_id, secure=False)
        response.set_cookie(name, stage.start(assignment), **cookies.attributes(secure=False))
        return response

    return app


class _Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_request(self, *_told: object) -> None:
        """Log nothing."""


def serve(
    folder: Path,
    file: Path,
    port: int,
    *,
    kind: ClientKind,
    language: Language,
    started: Callable[[str], None],
) -> None:
    """Serve the preview on 127.0.0.1 until SIGTERM or SIGINT.

    Args:
        folder: empty, for the portal's data.
        file: the document. It may change meanwhile.
        port: 0 takes a free one.
        kind: of the client.
        language: of the client.
        started: called with the URL to open, once the server listens.
    """
    logging.getLogger("klantportaal.deviations").setLevel(logging.ERROR)  # They are about production.
    stopping, mail = threading.Event(), MemorySender()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_told: stopping.set())
    with make_server("127.0.0.1", port, Flask(__name__), threaded=True, request_handler=_Quiet) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        with staged(folder, mail, f"{url}{PREFIX}", kind=kind, language=language) as stage:
            server.app = application(stage, file)
            serving = threading.Thread(target=server.serve_forever)
            serving.start()
            started(f"{url}/")
            stopping.wait()
            server.shutdown()
            serving.join()
