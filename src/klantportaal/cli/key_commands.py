"""The commands about the API keys of an office."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import click

from klantportaal.cli.command import HANDLER, Group, example
from klantportaal.cli.session import Session, Unusable, told
from klantportaal.domain.api_keys import ApiAccess, ApiArea, NewApiKey, Scopes, written
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ApiKeyId, OfficeId


@click.group(cls=Group)
def keys() -> None:
    """Make, list and revoke the API keys of an office."""


@keys.command(
    "make", epilog=example("klantportaal keys make 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 boekhouding --scope write")
)
@click.argument("office", type=click.UUID)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="AREA:ACCESS",
    help="What it may do, such as documents:write or clients:read; `read` or `write` for all areas. Repeat it.",
)
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it works.")
@click.pass_obj
def make_key(session: Session, office: UUID, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make an API key of OFFICE for what is called NAME, and print its secret, which is never shown again."""
    new = NewApiKey(name=name, scopes=_scopes(scopes), life=timedelta(days=days))
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal, told():
        made = portal.office.api_keys.make(actor, new)
    session.output.value(
        {"id": str(made.id), "secret": made.secret, "expires_at": made.expires_at.isoformat()},
        made.secret,
        f"key {made.id}, until {made.expires_at:%Y-%m-%d}: {written(new.scopes)}",
    )


@keys.command("list", epilog=example("klantportaal keys list 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11"))
@click.argument("office", type=click.UUID)
@click.pass_obj
def list_keys(session: Session, office: UUID) -> None:
    """List the API keys of OFFICE, newest first, without their secrets."""
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {
                "key": str(each.id),
                "name": each.name,
                "scopes": written(each.scopes),
                "expires": each.expires_at.isoformat(),
                "revoked": each.revoked_at and each.revoked_at.isoformat(),
                "used": each.used_at and each.used_at.isoformat(),
            }
            for each in portal.office.api_keys.list(OfficeActor(office_id=OfficeId(office), handler=HANDLER))
        ]
    session.output.table(rows, empty="there is no key")


@keys.command(
    "revoke",
    epilog=example(
        "klantportaal keys revoke 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 019cf0a4-1b2c-7e5f-8d90-3a7b5c9e1f22"
    ),
)
@click.argument("office", type=click.UUID)
@click.argument("key", type=click.UUID)
@click.pass_obj
def revoke_key(session: Session, office: UUID, key: UUID) -> None:
    """Revoke the API key KEY of OFFICE: from now on it is refused. `keys list` lists its id."""
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal, told():
        portal.office.api_keys.revoke(actor, ApiKeyId(key))
    session.output.value({"revoked": str(key)}, "revoked")


def _scopes(words: tuple[str, ...]) -> Scopes:
    """Read the words of ``--scope``. Of two for one area, the last one holds."""
    found: dict[ApiArea, ApiAccess] = {}
    for word in words:
        area, _, access = word.rpartition(":")
        try:
            areas = [ApiArea(area)] if area else list(ApiArea)
            found |= dict.fromkeys(areas, ApiAccess(access))
        except ValueError:
            raise Unusable(
                f"--scope {word}: write AREA:read or AREA:write, of the areas {', '.join(ApiArea)}"
            ) from None
    return found
