"""The published revisions of templates: of requests, and of steps."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import Language, OfficeId
from klantportaal.ports.reading import Reading, TemplateRow
from klantportaal.ports.storage import PublishedTemplates, Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    Cast,
    StorageTests,
    committing,
    is_utc_to_the_microsecond,
)

TEXTS = dict(zip(Language, AWKWARD_TEXTS, strict=False))


@attrs.frozen(kw_only=True)
class Kind:
    """One kind of templates: how it is published, kept and read."""

    publish: Callable[..., PublishedTemplate]
    kept: Callable[[UnitOfWork], PublishedTemplates]
    document: Callable[[Reading, OfficeId, str], str]
    rows: Callable[..., Any]


KINDS = (
    pytest.param(
        Kind(
            publish=Scene.template,
            kept=lambda uow: uow.request_templates,
            document=lambda read, *which: read.request_template(*which),
            rows=lambda read, desk, **which: read.office_request_templates(desk, **which),
        ),
        id="requests",
    ),
    pytest.param(
        Kind(
            publish=Scene.progress_template,
            kept=lambda uow: uow.progress_templates,
            document=lambda read, *which: read.progress_template(*which),
            rows=lambda read, desk, **which: read.office_progress_templates(desk, **which),
        ),
        id="progress",
    ),
)
every_kind = pytest.mark.parametrize("kind", KINDS)


class TemplatesContract(StorageTests):
    """Tests of published templates."""

    @every_kind
    def test_a_template_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast, kind: Kind) -> None:
        """RQ-1, PG-1: a revision of a template comes back unchanged."""
        published = kind.publish(scene, cast.office, titles=TEXTS, document=AWKWARD_TEXTS[0])
        with storage.begin() as uow:
            found = kind.kept(uow).revision(cast.office.id, published.template, 1)
            assert kind.kept(uow).newest(cast.office.id, published.template) == published
        assert found == published
        assert is_utc_to_the_microsecond(found.published_at)
        assert kind.document(storage.read, cast.office.id, published.digest) == published.document

    @every_kind
    def test_a_template_is_published_once(self, storage: Storage, scene: Scene, cast: Cast, kind: Kind) -> None:
        """RQ-1, PG-1: a revision and a digest are unique within an office; the highest revision is the newest."""
        published = kind.publish(scene, cast.office)
        for taken in (attrs.evolve(published, digest="0" * 64), attrs.evolve(published, revision=2)):
            with pytest.raises(Conflict), storage.begin() as uow:
                kind.kept(uow).add(taken)
        with committing(storage) as uow:
            kind.kept(uow).add(attrs.evolve(published, office_id=cast.foreign_desk.office_id))
        for revision in (10, 9):
            kind.publish(scene, cast.office, revision=revision)
        with storage.begin() as uow:
            newest = kind.kept(uow).newest(cast.office.id, published.template)
        assert newest is not None
        assert newest.revision == 10

    @every_kind
    def test_a_template_that_was_not_published_is_absent(
        self, storage: Storage, scene: Scene, cast: Cast, kind: Kind
    ) -> None:
        """OF-2: unknown templates and those of another office are absent."""
        mine = kind.publish(scene, cast.office)
        for office_id, name, digest in (
            (cast.foreign_desk.office_id, mine.template, mine.digest),
            (cast.office.id, "onbekend", "0" * 64),
            (cast.office.id, "\0", "\0"),
        ):
            with storage.begin() as uow:
                assert kind.kept(uow).newest(office_id, name) is None
                with pytest.raises(Absent):
                    kind.kept(uow).revision(office_id, name, 1)
            with pytest.raises(Absent):
                kind.document(storage.read, office_id, digest)
        for revision in (2, 0, -1, 10**100):
            with storage.begin() as uow, pytest.raises(Absent):
                kind.kept(uow).revision(cast.office.id, mine.template, revision)

    @every_kind
    def test_templates_are_listed(self, storage: Storage, scene: Scene, cast: Cast, kind: Kind) -> None:
        """OF-1: revisions are listed by template, newest first, for one template or for all of the office."""
        names = [("koop_woning", 1), ("koop-woning", 9), ("koop-woning", 10), ("a-koop", 1)]
        published = [kind.publish(scene, cast.office, template=name, revision=number) for name, number in names]
        kind.publish(scene, storage.read.office(cast.foreign_desk.office_id), template="koop-woning")
        fields = [field.name for field in attrs.fields(TemplateRow)]
        rows = [TemplateRow(**{name: getattr(each, name) for name in fields}) for each in published]
        in_order = [rows[number] for number in (3, 2, 1, 0)]
        read = storage.read
        assert list(kind.rows(read, cast.desk)) == in_order
        assert list(kind.rows(read, cast.desk, template="koop-woning")) == in_order[1:3]
        for unknown in ("onbekend", "\0"):
            assert list(kind.rows(read, cast.desk, template=unknown)) == []
