"""The headers that tell how many requests a caller has left in this minute (AP-3)."""

from collections.abc import Sequence

from klantportaal.adapters.web.api.documentation import Header
from klantportaal.domain.api_keys import ApiBudget


def rate(whose: str) -> Sequence[Header]:
    """Describe the headers. *whose* says what is counted: a key or a session."""
    return (
        Header(name="RateLimit-Limit", text=f"The number of requests of the {whose} in a minute.", kind="integer"),
        Header(name="RateLimit-Remaining", text="The number that is left in this minute.", kind="integer"),
        Header(name="RateLimit-Reset", text="The seconds until the next minute.", kind="integer"),
    )


def left(budget: ApiBudget) -> dict[str, str]:
    """Write the headers."""
    return {
        "RateLimit-Limit": str(budget.limit),
        "RateLimit-Remaining": str(budget.remaining),
        "RateLimit-Reset": str(budget.seconds),
    }
