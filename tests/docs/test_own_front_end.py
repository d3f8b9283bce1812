"""The page about an own front end: its commands run, with curl, on a real server of either host."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from klantportaal import DocumentKind, NewClient, OfficeActor, OfficeProfile, Portal, Publication, Visitor, embedded
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.domain.accounts import ClientKind
from tests.conftest import lacking
from tests.support import running_hosts
from tests.usecases import intake
from tests.usecases.world import PDF

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-front-end.md"
PLACE = "https://example.nl/portaal/api/v1"
PASSWORD = "Klaproos-4-Dijkhuis"
EXPECTED = ["signed_in", "signed_in", "Jan Jansen", "Concept akte", "true", "Getekend", "geboren, gehuwd, naam", "50"]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal with a client, who has a document and a questionnaire."""
    mail = MemorySender()
    with closing(embedded.portal(tmp_path / "portal", mail=mail, pepper=b"p" * 32)) as made:
        profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")
        office = made.offices.ensure("kantoor", "https://example.nl/portaal", profile)
        handler, visitor = OfficeActor(office_id=office, handler="mr. A. de Wit"), Visitor(office_id=office)
        new = NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email="jan@example.nl")
        client, _account = made.office.clients.invite(handler, new)
        made.client.onboarding.ask_link(visitor, "jan@example.nl")
        made.background.dispatcher.run_once()
        token = next(found[1] for each in mail.sent if (found := re.search(r"/wachtwoord/([\w-]{43})", each.text)))
        made.client.onboarding.set_password(visitor, token, PASSWORD, PASSWORD)
        dossier = made.office.dossiers.open(handler, number="1", description="Levering", parties=[client])
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Concept akte", for_clients=frozenset({client}))
        made.office.documents.publish(handler, dossier, publication, name="akte.pdf", blocks=[PDF])
        made.office.questionnaires.publish(handler, intake.document())
        made.office.questionnaires.assign(handler, dossier, client, "intake")
        yield made


@pytest.mark.parametrize("host", running_hosts.HOSTS)
def test_from_signing_in_to_a_questionnaire(host: str, portal: Portal, tmp_path: Path) -> None:
    """AP-8, AP-9: the commands of the page sign in, read, download, send and fill in, and sign out."""
    for tool in ("curl", "jq"):
        if shutil.which(tool) is None:
            lacking(f"no {tool}", required_by="KLANTPORTAAL_REQUIRE_CURL")
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)
    work = tmp_path / "work"
    work.mkdir()
    with running_hosts.HOSTS[host](portal) as place:
        script = "\n".join(["set -euo pipefail", *blocks]).replace(PLACE, f"{place}{running_hosts.CLIENT}")
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=work,
            env={**os.environ, "PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    *told, count = ran.stdout.splitlines()
    assert told == EXPECTED
    assert int(count) > 60
    assert (work / "akte.pdf").read_bytes() == PDF
    assert (work / "token.txt").stat().st_mode & 0o077 == 0
