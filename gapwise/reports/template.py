"""The templates of pages: each fills the frame of base.html, which forbids scripts and any address."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gapwise.base.wording import counted


def render(name: str, **values: Any) -> str:
    """Fills a template; every text that comes from data is escaped.

    Args:
        name: Of the file in this package.
        values: What the template asks for; one that is missing is an error.
    """
    environment = Environment(
        loader=PackageLoader("gapwise", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    return environment.get_template(name).render(**values)
