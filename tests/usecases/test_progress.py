"""The office lets dossiers follow templates of steps, and clients see where they are (PG-1)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.progress import CurrentStep, StepState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language, day
from klantportaal.ports.reading import DossierQuery
from tests.usecases.progress_template import TEMPLATE
from tests.usecases.world import World


def publish(world: World, **changes: Any) -> str:
    """Publish the template with other values for some keys; gives its id."""
    return world.portal.office.progress.publish_template(world.handler, json.dumps({**TEMPLATE, **changes})).template


def steps(world: World, actor: Actor, dossier: DossierId) -> list[str]:
    """Give the steps of a dossier as a client sees them: the state and the day of each."""
    progress = world.portal.client.dossiers.open(actor, dossier).dossier.progress
    return [] if progress is None else [f"{progress.state(each)} {each.reached_on}" for each in progress.steps]


def test_clients_see_where_a_dossier_is(world: World, jan: Actor, piet: Actor) -> None:
    """PG-1: the steps of a dossier follow the office, forward and back; every party sees them; the trail has each."""
    office, dossier = world.portal.office.progress, world.dossier(jan, piet)
    today = day(world.clock.now())
    assert steps(world, jan, dossier) == []
    begun = office.follow(world.handler, dossier, publish(world))
    assert steps(world, jan, dossier) == [f"current {today}", "ahead None", "ahead None"]
    world.later(days=2)
    later = today + timedelta(days=2)
    moved = office.move(world.handler, dossier, "akte")
    assert steps(world, piet, dossier) == [f"done {today}", "done None", f"current {later}"]
    assert moved.at == CurrentStep(
        number=3, total=3, title={Language.DUTCH: "Ondertekening", Language.ENGLISH: "Signing"}
    )
    for rows in (
        world.portal.client.dossiers.list(jan, DossierQuery()).rows,
        world.portal.client.home.news(jan).latest,
    ):
        assert [row.step for row in rows] == [moved.at]
    assert office.move(world.handler, dossier, begun.current, reached_on=later).reached_on == later
    assert steps(world, jan, dossier) == [f"current {later}", "ahead None", "ahead None"]
    assert world.portal.office.dossiers.get(world.handler, dossier).dossier.step == begun.at
    office.end(world.handler, dossier)
    assert steps(world, jan, dossier) == []
    assert world.audit()[-5:] == ["ProgressTemplatePublished", *["StepReached"] * 3, "ProgressEnded"]


def test_what_changes_nothing_is_not_recorded(world: World, jan: Actor) -> None:
    """PG-1: the step that a dossier is at, once more, the revision that it has, and no steps at all change nothing."""
    office, dossier = world.portal.office.progress, world.dossier(jan)
    office.end(world.handler, dossier)
    template = publish(world)
    following = office.follow(world.handler, dossier, template)
    world.later(days=1)
    recorded, row = world.audit(), world.portal.client.dossiers.open(jan, dossier).dossier
    assert office.follow(world.handler, dossier, template) == following
    assert office.move(world.handler, dossier, "voorbereiding") == following
    assert publish(world) == template
    assert world.audit() == recorded
    assert world.portal.client.dossiers.open(jan, dossier).dossier == row


def test_a_step_moves_the_dossier_up(world: World, jan: Actor) -> None:
    """DO-2, PG-1: a step is a change that all parties see; a dossier with another status takes steps too."""
    office, dossier = world.portal.office.progress, world.dossier(jan)
    world.later(minutes=5)
    world.dossier(jan, number="2026-002")
    world.portal.office.dossiers.change(world.handler, dossier, status="completed")
    world.later(minutes=5)
    office.follow(world.handler, dossier, publish(world))
    assert [row.id == dossier for row in world.portal.client.home.news(jan).latest] == [True, False]
    world.portal.office.dossiers.change(world.handler, dossier, status="in_progress")
    assert steps(world, jan, dossier)[0].startswith(StepState.CURRENT)


def test_a_dossier_keeps_its_revision(world: World, jan: Actor) -> None:
    """PG-1: a new revision changes no dossier until the office says so; then step and days stay, by their ids."""
    office, dossier = world.portal.office.progress, world.dossier(jan)
    template, today = publish(world), day(world.clock.now())
    office.follow(world.handler, dossier, template)
    before = steps(world, jan, dossier)
    extra = {"id": "intake", "texts": {"nl": {"title": "Kennismaking"}, "en": {"title": "First meeting"}}}
    publish(world, revision=2, steps=[extra, *TEMPLATE["steps"]])
    assert steps(world, jan, dossier) == before
    world.later(days=1)
    assert office.follow(world.handler, dossier, template).revision == 2
    assert steps(world, jan, dossier) == ["done None", f"current {today}", "ahead None", "ahead None"]
    assert office.follow(world.handler, dossier, template, revision=1).revision == 1
    assert [(row.template, row.revision) for row in office.templates(world.handler, template)] == [
        (template, 2),
        (template, 1),
    ]


def test_what_is_refused(world: World, jan: Actor) -> None:
    """AL-1: unknown steps are refused by name, unknown templates and foreign dossiers are absent; nothing changes."""
    office, dossier = world.portal.office.progress, world.dossier(jan)
    template = publish(world)
    tomorrow = day(world.clock.now()) + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        office.move(world.handler, dossier, "akte")
    assert [(each.code, each.params) for each in refused.value.faults] == [(FaultCode.UNKNOWN_STEP, {"step": "akte"})]
    office.follow(world.handler, dossier, template)
    before, recorded = steps(world, jan, dossier), world.audit()
    with pytest.raises(Refused) as refused:
        office.move(world.handler, dossier, "geen", reached_on=tomorrow)
    assert [(each.code, each.field) for each in refused.value.faults] == [
        (FaultCode.UNKNOWN_STEP, "step"),
        (FaultCode.DATE_AHEAD, "reached_on"),
    ]
    with pytest.raises(Refused):
        office.follow(world.handler, dossier, template, step="geen")
    with pytest.raises(TypeError, match="reached_on"):
        office.move(world.handler, dossier, "akte", reached_on=world.clock.now())
    for revision, name in ((2, template), (None, "onbekend"), (1, "onbekend")):
        with pytest.raises(Absent):
            office.follow(world.handler, dossier, name, revision=revision)
    elsewhere = world.other_office()
    for call in (
        lambda: office.follow(elsewhere, dossier, template),
        lambda: office.move(elsewhere, dossier, "akte"),
        lambda: office.end(elsewhere, dossier),
    ):
        with pytest.raises(Absent):
            call()
    assert (steps(world, jan, dossier), world.audit()) == (before, recorded)
