"""The `prepare` section of params.yaml."""

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gapwise.base.validation import Section
from gapwise.base.wording import in_words, show
from gapwise.texts.cleaning import normalize

KEYS = {
    "text": "text_column",
    "label": "label_column",
    "group": "group_column",
    "part": "split_column",
    "annotator": "annotator_column",
}


def _in_project(source: str) -> str:
    if "://" in source:
        raise ValueError(f"must be a file of the project; found the address {show(source)}; `dvc import-url` brings it")
    if not source.isprintable():
        raise ValueError(f"must be a path of printable characters; found {show(source)}; rename the file")
    path = PurePosixPath(source)
    if path.is_absolute() or source.startswith("~") or ".." in path.parts:
        # A path from elsewhere means nothing on a colleague's machine, nor in the copy that an experiment runs in.
        raise ValueError(f"must be a file below the project's folder; found {show(source)}; copy it to data/raw")
    return source


class PrepareParams(Section):
    """Section `prepare` of params.yaml."""

    source: Annotated[str, Field(min_length=1), AfterValidator(_in_project)]
    text_column: str = Field(min_length=1)
    label_column: str = Field(min_length=1)
    group_column: str | None = Field(min_length=1)
    split_column: str | None = Field(min_length=1)
    annotator_column: str | None = Field(min_length=1)
    disagreement: Literal["drop", "majority", "error"]
    near_duplicate_similarity: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _one_column_each(self) -> Self:
        columns = self.columns()
        keys = {column: [KEYS[role] for role in columns if columns[role] == column] for column in columns.values()}
        shared = [f"{in_words(named)} name one column, {show(column)}" for column, named in keys.items() if named[1:]]
        if shared:
            raise ValueError(f"{'; '.join(shared)}: each must name another")
        return self

    def columns(self) -> dict[str, str]:
        """Tells which column of the source is `text`, `label`, `group`, `part` and `annotator`, as far as named."""
        named = {role: getattr(self, key) for role, key in KEYS.items()}
        return {role: normalize(column) for role, column in named.items() if column is not None}
