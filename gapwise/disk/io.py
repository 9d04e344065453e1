"""What every stage does at its door: read params, read tables, write results whole, explain mistakes."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

import pandas as pd
import pyarrow
from pandera.errors import SchemaError, SchemaErrors
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from gapwise.base.errors import UserError
from gapwise.base.validation import Section, validate
from gapwise.base.wording import shorten
from gapwise.disk.atomic import atomic, explain
from gapwise.disk.interrupt import CODE
from gapwise.disk.recorded import check

First = TypeVar("First", bound=Section)
Second = TypeVar("Second", bound=Section)
Third = TypeVar("Third", bound=Section)


def run(main: Callable[[], None]) -> None:
    """Runs a stage; a user's mistake, a full disk or Ctrl-C ends it with a message and an exit code, no traceback."""
    try:
        main()
    except UserError as error:
        sys.exit(f"\n{error}\n")
    except OSError as error:
        explained = explain(error, f"{error.filename or 'A file'} cannot be used")
        if explained is None:
            raise
        sys.exit(f"\n{explained}\n")
    except KeyboardInterrupt:
        sys.exit(CODE)


@overload
def read_params(model: type[First], /) -> First: ...
@overload
def read_params(model: type[First], second: type[Second], /) -> tuple[First, Second]: ...
@overload
def read_params(model: type[First], second: type[Second], third: type[Third], /) -> tuple[First, Second, Third]: ...
def read_params(*models: type[Section]) -> Section | tuple[Section, ...]:
    """Reads sections of params.yaml, after checking all of them: `read_params(FinetuneParams, SplitParams)`."""
    sections = validate(_document(), *models)
    return sections if len(models) > 1 else sections[0]


def check_params_without_validation() -> None:
    """Checks params.yaml again once the source is read and gives no validation part.

    Raises:
        UserError: If no repeat has validation rows, and something needs them.
    """
    validate(_document(), none_given=True)


def _document() -> Any:
    try:
        return YAML(typ="safe").load(Path("params.yaml").read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UserError("There is no params.yaml here. Run stages from the project's top folder.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{error.object[error.start]:02x}"
        raise UserError("params.yaml is not UTF-8:", [f"line {line}: {byte}; save the file as UTF-8"]) from error
    except YAMLError as error:
        raise UserError("params.yaml is not valid YAML:", [_yaml_problem(error)]) from error


def _yaml_problem(error: YAMLError) -> str:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        what = ", ".join(part for part in (error.context, error.problem) if part)
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {what}"
    return f"{str(error).splitlines()[0]}; remove it"  # a control character


def read_table(path: str, contract: type[Any]) -> pd.DataFrame:
    """Reads a table that another stage wrote, and checks that it is the one, whole, and as its contract says."""
    check(path)
    try:
        return pd.DataFrame(contract.validate(pd.read_parquet(path)))
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing. Run `dvc repro`, which makes it, or `dvc pull`.") from error
    except (pyarrow.ArrowInvalid, SchemaError, SchemaErrors) as error:
        problems = [str(one).splitlines()[0].split(" {")[0] for one in getattr(error, "schema_errors", [error])]
        raise UserError(
            f"{path} is not a table as its stage writes it. Run `dvc repro`, which makes it again.",
            shorten(problems, "problems"),
        ) from error


def write_table(path: str, table: pd.DataFrame, contract: type[Any]) -> None:
    """Checks a table against its contract and writes it whole, or not at all."""
    contract.validate(table)
    with atomic(path) as temporary:
        table.to_parquet(temporary, index=False)


def write_csv(path: str, table: pd.DataFrame) -> None:
    """Writes plot data, whole or not at all."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n", float_format="%.6g")


def write_json(path: str, values: Mapping[str, Any]) -> None:
    """Writes metrics, whole or not at all."""
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
