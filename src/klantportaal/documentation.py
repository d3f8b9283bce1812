"""Names pages of the documentation in messages. Whoever reads a message may have nothing but the installed package."""

from importlib.metadata import metadata


def page(name: str) -> str:
    """Name a page by its address. Without one, as whoever made the release may leave it out, by its name.

    Args:
        name: of the page, such as ``how-to/audit``.
    """
    told = dict(each.split(", ", 1) for each in metadata("klantportaal").get_all("Project-URL", []))
    if "Documentation" in told:
        return f"{told['Documentation'].rstrip('/')}/{name}.html"
    return f"the page {name} of the documentation"
