"""The frame around every page, and what every page can use."""

from importlib.metadata import version
from typing import Self

import attrs
from markupsafe import Markup, escape

from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.language.fault_texts import MILD, NOTICES
from klantportaal.adapters.web.language.translations import Sentence, Wording
from klantportaal.adapters.web.pages import home_screen, office_style
from klantportaal.adapters.web.pages.session_clock import SessionClock, session_clock
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.admission import takes_passwords
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.offices import Office, StatusCode
from klantportaal.domain.passwords import PasswordPolicy
from klantportaal.domain.sessions import Actor, SessionEnd
from klantportaal.domain.values import Language
from klantportaal.portal import shows_heic
from klantportaal.usecases.client.sign_in import SignedIn

VERSION = version("klantportaal")


@attrs.frozen(kw_only=True)
class Frame:
    """The frame of the page of one request."""

    site: Site
    office: Office
    language: Language
    url: Url
    path: str
    """The path of this page, for the links that change its language. "" for none, as they would lose a form."""
    actor: Actor | None = None
    has_others: bool = False
    """Whether the person has other accounts that it may act for (PE-3)."""
    session_end: SessionEnd | None = None
    """When the actor's session ends if it is not used again (ST-3)."""
    notice: str | None = None
    """The code in the query that says what was done before this page."""
    was_here: bool = False
    """Whether the visitor was here before: then the browser has the fonts, mostly."""
    problem: Sentence | None = None
    """Why the form on this page was not carried out, in place of the notice."""

    @property
    def wording(self) -> Wording:
        """The translations of this page's language."""
        return self.site.wordings[self.language]

    @property
    def policy(self) -> PasswordPolicy:
        """The policy for new passwords at this office (PW-1, PW-3)."""
        settings = self.site.portal.settings
        return settings.passwords.where(two_step_required=self.office.two_step_required)

    @property
    def clock(self) -> SessionClock | None:
        """The end of the session for this page. None if nobody is signed in."""
        if self.actor is None or self.session_end is None:
            return None
        return session_clock(self.session_end, self.wording)

    def of(self, signed_in: SignedIn, *, notice: str | None = None) -> Self:
        """Make the frame of the first page of a session, of which the request did not know yet."""
        return attrs.evolve(
            self,
            office=signed_in.office,
            language=signed_in.actor.language,
            actor=signed_in.actor,
            has_others=signed_in.has_others,
            session_end=signed_in.end,
            notice=notice,
        )

    def without_return(self, *, path: str, kept: str) -> Self:
        """Let the links that change the language lead to a path, or leave them out if a form waits on this page."""
        return attrs.evolve(self, path="" if kept else path)

    def status_label(self, code: StatusCode) -> str:
        """Give the office's label of a status; its code if the office no longer has it."""
        status = self.office.status(code)
        return code if status is None else status.labels[self.language]

    def sealed(self, route: str, **ids: object) -> Markup:
        """Make the hidden field that says for whom a form is shown (PE-4). Put it first in the form, before any file.

        Args:
            route: the route that the form is sent to.
            ids: the path parameters of that route.
        """
        return Markup() if self.actor is None else self.sealed_for(FormOwner.of(self.actor), route, **ids)

    def sealed_for(self, owner: FormOwner, route: str, **ids: object) -> Markup:
        """Make that hidden field for somebody who is not signed in yet."""
        form = PageForm(route=route, ids={name: str(id) for name, id in ids.items()})
        seal = self.site.portal.client.forms.seal(owner, form)
        return Markup(f'<input type="hidden" name="{sealed.FIELD}" value="{escape(seal)}">')  # noqa: S704 - escaped

    def html(self, template: str, **values: object) -> str:
        """Render a page, or a part of one."""
        said = self.problem or NOTICES.get(self.notice or "")
        mild = "info" if self.notice in MILD else "success"
        return self.site.rendering.html(
            template,
            self.language,
            self.url,
            office=self.office,
            logo=self.office.logo and self.url("logo", query={"v": self.office.logo.sha256.hex()[:16]}),
            logo_size=self.site.logo_size(self.office),
            dark_logo=self.office.dark_logo
            and self.url("dark_logo", query={"v": self.office.dark_logo.sha256.hex()[:16]}),
            dark_logo_size=self.site.logo_size(self.office, dark=True),
            style=self.url("style", query={"v": office_style.version(self.office.profile)}),
            fonts=office_style.FONTS[self.office.profile.typeface] if self.was_here else (),
            touch_icon=home_screen.icon_url(self.office, self.url, home_screen.SIZES[0]),
            actor=self.actor,
            has_others=self.has_others,
            sealed=self.sealed,
            takes_passwords=takes_passwords(self.office.vendor_sign_in),
            session=self.clock,
            path=self.path,
            version=VERSION,
            shows_heic=shows_heic(self.site.portal),
            said=None if said is None else self.wording.say(said),
            said_as="error" if self.problem else mild,
            **values,
        )
