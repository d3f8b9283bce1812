"""The commands about mails that did not arrive."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import click

from klantportaal.cli.command import HANDLER, Group, example
from klantportaal.cli.session import Session, Unusable
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId, TaskId
from klantportaal.portal import Portal
from klantportaal.ports.reading import MailProblem


@click.group(cls=Group)
def mail() -> None:
    """List mails that did not arrive, and send them again."""


@mail.command(epilog=example("klantportaal mail problems 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11"))
@click.argument("office", type=click.UUID)
@click.pass_obj
def problems(session: Session, office: UUID) -> None:
    """List the mails of OFFICE that are not accepted yet, were refused, or bounced, newest first.

    OFFICE is an id that `klantportaal offices` lists.
    """
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {
                "mail": str(each.mail_id),
                "kind": each.kind.value,
                "state": each.state.value,
                "attempts": each.attempts,
                "to": each.email,
                "problem": each.problem,
            }
            for each in _problems(portal, actor)
        ]
    session.output.table(rows, empty="every mail was accepted")


@mail.command(
    epilog=example("klantportaal mail again 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 019cf0a4-1b2c-7e5f-8d90-3a7b5c9e1f22")
)
@click.argument("office", type=click.UUID)
@click.argument("mails", type=click.UUID, nargs=-1, required=True)
@click.pass_obj
def again(session: Session, office: UUID, mails: tuple[UUID, ...]) -> None:
    """Send MAILS of OFFICE again, by the ids that `klantportaal mail problems` lists.

    OFFICE is an id that `klantportaal offices` lists. If one of the MAILS is wrong, none is sent.
    """
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    sent: list[str] = []
    with session.portal() as portal:
        unknown = sorted(map(str, set(mails) - {each.mail_id for each in _problems(portal, actor)}))
        if unknown:
            raise Unusable(f"`mail problems` does not list {', '.join(unknown)}: no mail was sent again")
        try:
            for each in dict.fromkeys(mails):
                portal.office.clients.send_mail_again(actor, TaskId(each))
                sent.append(str(each))
        finally:  # Say what was done, also if the database goes away in between.
            session.output.value({"again": sent}, f"{len(sent)} go out again")


def _problems(portal: Portal, actor: OfficeActor) -> Iterator[MailProblem]:
    """List all mails of an office that have a problem, page by page."""
    after: TaskId | None = None
    while page := portal.office.clients.mail_problems(actor, after=after):
        yield from page
        after = page[-1].mail_id
