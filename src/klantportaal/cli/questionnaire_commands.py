"""The commands about the documents of questionnaires."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import click

from klantportaal.cli.command import FILE, Group, example
from klantportaal.cli.session import Session, Unusable, told
from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.errors import Refused
from klantportaal.domain.questionnaires.publishing import read
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports import imported
from klantportaal.questionnaire_library import library


@click.group(cls=Group)
def questionnaire() -> None:
    """Check the documents of questionnaires, and see them as clients do."""


@questionnaire.command("check", epilog=example("klantportaal questionnaire check testament.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fragments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the fragments of the office's own: persoon.json for office:persoon.",
)
@click.pass_obj
def check_questionnaire(session: Session, file: Path, fragments: Path | None) -> None:
    """Check the questionnaire in FILE, and list every fault with its place. Exit code 1 if there are any."""
    with told():
        kept = {} if fragments is None else {each.stem: each.read_bytes() for each in fragments.glob("*.json")}
    try:
        definition, _document = read(file.read_bytes(), kept)
    except Refused as refused:
        _refuse(session, refused)
    questions = sum(len(page.questions) for page in definition.pages)
    session.output.value(
        {"id": definition.id, "revision": definition.revision, "pages": len(definition.pages), "questions": questions},
        f"{definition.id}, revision {definition.revision}: no faults in {questions} questions",
    )


def _refuse(session: Session, refused: Refused) -> NoReturn:
    """List the faults of a document, and end."""
    rows = [{"place": each.field, "fault": each.code.value, "details": dict(each.params)} for each in refused.faults]
    session.output.table(rows, empty="")
    session.wrong()


@questionnaire.command(
    "import", epilog=example("klantportaal questionnaire import survey.json intake.json --id intake --language nl")
)
@click.argument("source", type=FILE)
@click.argument("to", type=FILE)
@click.option("--id", "id", help="The id of the questionnaire. Without it, one like its title.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Of texts that do not say theirs.")
@click.pass_obj
def import_questionnaire(session: Session, source: Path, to: Path, id: str | None, language: str | None) -> None:
    """Turn the questionnaire of SurveyJS or FHIR in SOURCE into one of the portal, in a new file TO.

    It lists what was not taken over, or was changed, with its place in SOURCE. What is in TO publishes without a fault.
    Exit code 1 if SOURCE cannot be read, or holds no question that can be taken over.
    """
    with told():
        content = source.read_bytes()
    try:
        made = imported(content, id=id, language=Language(language) if language else None)
    except Refused as refused:
        _refuse(session, refused)
    with told(), to.open("x", encoding="utf-8") as file:
        file.write(made.document)
    rows = [
        {"place": each.path, "remark": each.code.value, "says": each.sentence(Language.ENGLISH)}
        for each in made.remarks
    ]
    session.output.table(rows, empty="everything was taken over")


@questionnaire.command(
    "library",
    epilog=example("klantportaal questionnaire library", "klantportaal questionnaire library intake-testament"),
)
@click.argument("name", required=False)
@click.pass_obj
def library_of_questionnaires(session: Session, name: str | None) -> None:
    """List the questionnaires of the library, or write the document of NAME to standard output."""
    documents = library()
    if name is None:
        titles = {id: json.loads(document)["texts"] for id, document in documents.items()}
        rows = [{"name": id, "nl": each["nl"]["title"], "en": each["en"]["title"]} for id, each in titles.items()]
        session.output.table(rows, empty="")
    elif name in documents:
        click.echo(documents[name], nl=False)
    else:
        raise Unusable(f"{name} is not in the library: choose {', '.join(documents)}")


@questionnaire.command(
    "preview", epilog=example("klantportaal questionnaire preview testament.json --company --language en")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True, help="0 takes a free one.")
@click.option("--company", is_flag=True, help="The client is a company. Without it, a person.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the client.")
@click.pass_obj
def preview_questionnaire(session: Session, file: Path, port: int, company: bool, language: str) -> None:
    """Serve the pages of the questionnaire in FILE on this computer, until Ctrl-C. Needs the extra `flask`.

    The first page signs a client in, who fills it in as your clients will. When FILE has changed, load that page again:
    it shows the new questionnaire, or the faults in it. Nothing is kept, and no mail goes out.
    """
    try:
        from klantportaal.cli import preview
    except ModuleNotFoundError as missing:
        raise Unusable(f"the preview needs {missing.name}: pip install klantportaal[flask]") from missing
    kind = ClientKind.COMPANY if company else ClientKind.PERSON
    with told(), TemporaryDirectory(prefix="klantportaal-preview-") as folder:
        preview.serve(
            *(Path(folder), file, port),
            kind=kind,
            language=Language(language),
            started=lambda url: session.output.value({"url": url}, f"{file.name} is at {url} until Ctrl-C"),
        )
