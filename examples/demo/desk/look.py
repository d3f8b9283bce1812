"""The office's name, appearance and texts."""

import attrs
from flask import Blueprint, render_template, request

from examples.demo.desk.serving import Attempt, Page, attempt, choice, desk, done, lines, uploaded
from klantportaal import Language, OfficeNotices

look = Blueprint("look", __name__)


@look.get("/profile")
def profile(tried: Attempt | None = None) -> Page:
    """Show the office's profile, with forms to change it."""
    here = desk()
    office = here.office.profile.get(here.actor)
    page = render_template("profile.html", office=office, languages=list(Language), tried=tried)
    return (page, 422) if tried else page


@look.post("/profile")
def change() -> Page:
    """Change the office's texts and colour."""
    here, form = desk(), request.form
    changed = attrs.evolve(
        here.office.profile.get(here.actor).profile,
        name=form.get("name", ""),
        contact_address=form.get("contact_address", ""),
        colour=form.get("colour", ""),
        telephone=form.get("telephone", ""),
        visiting_address=form.get("visiting_address", ""),
        welcome=_in_each_language("welcome"),
        hours=_in_each_language("hours"),
        privacy_page=_in_each_language("privacy_page"),
        accessibility_page=_in_each_language("accessibility_page"),
        help_text=_in_each_language("help_text"),
    )
    tried = attempt("profile", lambda: here.office.profile.change(here.actor, changed))
    return profile(tried) if tried else done("changed", "look.profile")


def _in_each_language(name: str) -> dict[Language, str]:
    return {language: request.form.get(f"{name}_{language}", "") for language in Language}


@look.post("/profile/notices")
def set_notices() -> Page:
    """Let the office be told by mail what clients send and complete."""
    here, form = desk(), request.form
    notices = OfficeNotices(
        page=form.get("page", ""),
        addresses=tuple(lines("addresses")),
        language=choice(Language, "language"),
    )
    tried = attempt("notices", lambda: here.office.profile.set_notices(here.actor, notices))
    return profile(tried) if tried else done("changed", "look.profile")


@look.post("/profile/notices/stop")
def stop_notices() -> Page:
    """Send the office no mail any more."""
    here = desk()
    here.office.profile.set_notices(here.actor, None)
    return done("notices-off", "look.profile")


@look.post("/profile/logo")
def change_logo() -> Page:
    """Change the office's logo."""
    here = desk()
    name, blocks = uploaded()
    tried = attempt("logo", lambda: here.office.profile.change_logo(here.actor, name=name, blocks=blocks))
    return profile(tried) if tried else done("logo", "look.profile")


@look.post("/profile/dark-logo")
def change_dark_logo() -> Page:
    """Change the logo on dark pages."""
    here = desk()
    name, blocks = uploaded()
    tried = attempt("dark-logo", lambda: here.office.profile.change_dark_logo(here.actor, name=name, blocks=blocks))
    return profile(tried) if tried else done("logo", "look.profile")


@look.post("/profile/dark-logo/remove")
def remove_dark_logo() -> Page:
    """Show the logo on dark pages too."""
    here = desk()
    here.office.profile.remove_dark_logo(here.actor)
    return done("dark-logo-off", "look.profile")


@look.post("/profile/require-two-step")
def require_two_step() -> Page:
    """Require two-step verification for all accounts."""
    here = desk()
    here.office.profile.require_two_step(here.actor)
    return done("two-step-required", "look.profile")


@look.post("/profile/allow-address-changes")
def allow_address_changes() -> Page:
    """Let clients change their own e-mail address."""
    here = desk()
    here.office.profile.allow_address_changes(here.actor)
    return done("address-changes-on", "look.profile")


@look.post("/profile/stop-address-changes")
def stop_address_changes() -> Page:
    """Keep changes of e-mail addresses to the office."""
    here = desk()
    here.office.profile.allow_address_changes(here.actor, allowed=False)
    return done("address-changes-off", "look.profile")


@look.post("/profile/leave-two-step")
def leave_two_step() -> Page:
    """Let each account choose whether to use two-step verification."""
    here = desk()
    here.office.profile.require_two_step(here.actor, required=False)
    return done("two-step-left", "look.profile")
