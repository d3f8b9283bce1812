"""The page `/demo`: what there is to see, and who can sign in."""

from flask import Blueprint, render_template

from examples.demo.people import LOGINS
from examples.demo.state import MERGE

start = Blueprint("start", __name__)


@start.get("/")
def shown() -> str:
    """Show the page."""
    return render_template("start.html", logins=LOGINS, seconds=MERGE.seconds)
