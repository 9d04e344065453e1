"""The templates of pages: each fills the frame of base.html, which forbids scripts and any address."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


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
    return environment.get_template(name).render(**values)
