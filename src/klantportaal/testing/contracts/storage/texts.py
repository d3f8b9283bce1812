"""Any text comes back unchanged, and a search matches folded text (DO-2)."""

from datetime import date

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answer
from klantportaal.domain.values import searchable
from klantportaal.ports.reading import DossierQuery
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, committing
from klantportaal.testing.strategies import file_names, lines, message_texts, names, parts_of

# All examples of a test use one storage: each adds its own data, or changes the same row again. Several storages
# inherit the test, so Hypothesis stores no failing examples.
on_one_storage = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
    ],
)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
"""Any value of JSON."""


class TextsContract(StorageTests):
    """Tests with generated texts."""

    @on_one_storage
    @given(text=message_texts(), file_name=file_names())
    def test_any_text_comes_back(
        self, storage: Storage, scene: Scene, cast: Cast, text: MessageText, file_name: str
    ) -> None:
        """ME-5: messages and file names come back unchanged."""
        message = scene.outbound(cast.dossier, cast.client, cast.account, subject=text.subject, body=text.body)
        submission = scene.submission(cast.dossier, cast.account, message, file=scene.file(file_name))
        opened = storage.read.message(cast.actor, cast.dossier.id, message.id)
        assert (opened.subject, opened.body) == (text.subject, text.body)
        assert [each.name for each in opened.attachments] == [file_name]
        assert storage.read.submission_file(cast.actor, cast.dossier.id, submission.id) == submission.file

    @on_one_storage
    @given(raw=st.dictionaries(lines(), json_values, max_size=5))
    def test_any_answer_comes_back(self, storage: Storage, scene: Scene, cast: Cast, raw: dict[str, Answer]) -> None:
        """QU-3: any JSON value comes back as an answer with its type and order."""
        answering = Answering(as_of=date(2026, 1, 5), raw=raw)
        assignment = scene.assignment(cast.dossier, cast.client, answering=answering)
        found = storage.read.assignment(cast.actor, assignment.id).assignment
        assert found == assignment
        assert repr(found.answering) == repr(answering)

    @on_one_storage
    @given(data=st.data(), description=lines(), other=lines())
    def test_any_part_of_a_dossier_is_found(
        self, storage: Storage, cast: Cast, data: st.DataObject, description: str, other: str
    ) -> None:
        """DO-2: client and office find a dossier by any part of its folded text, and by nothing else."""
        with committing(storage) as uow:
            standing = uow.dossiers.get(cast.office.id, cast.dossier.id)
            changed = attrs.evolve(standing, description=description, status=IN_PROGRESS)
            uow.dossiers.save(changed)
        for search in (data.draw(parts_of(description)), other):
            expected = [cast.dossier.id] if searchable(search) in changed.search else []
            found = storage.read.dossiers(cast.actor, DossierQuery(search=search)).rows
            assert [row.id for row in found] == expected
            assert [row.id for row in storage.read.office_dossiers(cast.desk, search=search)] == expected

    @on_one_storage
    @given(data=st.data(), name=names(), other=names())
    def test_any_part_of_a_name_is_found(
        self, scene: Scene, cast: Cast, data: st.DataObject, name: str, other: str
    ) -> None:
        """OF-1: a client is found by any part of its name, or of an account's name or address, and by nothing else."""
        storage = scene.storage
        with committing(storage) as uow:
            standing = uow.clients.get(cast.office.id, cast.client.id)
            uow.clients.save(attrs.evolve(standing, name=name))
        accounts = (cast.account, cast.sibling)
        texts = [name, *(text for each in accounts for text in (each.name, scene.person_of(each).email))]
        for search in (data.draw(parts_of(name)), other):
            expected = any(searchable(search) in searchable(text) for text in texts)
            found = {card.client.id for card in storage.read.office_clients(cast.desk, search=search)}
            assert (cast.client.id in found) == expected
