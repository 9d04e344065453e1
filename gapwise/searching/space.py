"""The candidates of a search: drawn by Optuna, kept in its storage, each a whole and valid params.yaml."""

import copy
import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from gapwise.base.errors import UserError
from gapwise.base.seeds import derive
from gapwise.base.validation import validate
from gapwise.base.wording import in_yaml, nearest, shorten
from gapwise.comparing.verdicts import flatten
from gapwise.searching.params import HEADLINE, Domain, Search

DEFAULT = "params.yaml"
SCREENING = "screening-"  # in place of `search-`, of an experiment that is no setting of params.yaml
SECTIONS = ("augment", "tokenize", "finetune")  # what else changes the rows or draws that settings share
TRIES = 200  # draws until a new setting has to come


@dataclass(frozen=True)
class Candidate:
    """One setting that takes part.

    Attributes:
        name: Of its experiment.
        changes: Values by dotted key, in the order of search.yaml; none for the setting of params.yaml.
        document: The whole of params.yaml with them.
    """

    name: str
    changes: Mapping[str, Any]
    document: Mapping[str, Any]


def check(search: Search, document: Mapping[str, Any]) -> None:
    """Checks the keys and values of search.yaml against params.yaml.

    Args:
        search: What to check.
        document: What params.yaml holds; valid.

    Raises:
        UserError: With every mistake by its dotted path.
    """
    problems = misnamed(search.keys, document)
    problems += [problem for key, domain in search.keys.items() for problem in _of_conditions(key, domain, search)]
    problems = problems or _circles(search)
    problems = problems or [
        line.replace(f"{key}:", f"keys.{key}:", 1)
        for key, domain in search.keys.items()
        for value in _examples(domain)
        for line in _mistakes(replaced(document, {key: value}))
        if line.startswith((f"{key}:", f"{key}."))
    ]
    if problems:
        raise UserError(HEADLINE, list(dict.fromkeys(problems)))


def misnamed(keys: Iterable[str], document: Mapping[str, Any]) -> list[str]:
    """Says which keys cannot be searched, and why.

    Args:
        keys: By dotted name.
        document: What params.yaml holds.
    """
    known = [key for key in flatten(document) if key.split(".")[0] in SECTIONS]
    problems = []
    for key in keys:
        if key.split(".")[0] in ("prepare", "split", "evaluate"):
            fixed = f"keys.{key}: settings are raced on the same rows, so only {', '.join(SECTIONS)} can be searched"
            problems.append(fixed)
        elif key not in known:
            near = nearest(key, known)
            problems.append(f"keys.{key}: params.yaml has no such key{f'; did you mean {near}?' if near else ''}")
    return problems


def _of_conditions(key: str, domain: Domain, search: Search) -> Iterator[str]:
    for other, values in domain.when.items():
        if other not in search.keys:
            yield f"keys.{key}.when.{other}: must be a key of this file; known are {', '.join(search.keys)}"
            continue
        choices = search.keys[other].choices
        if choices is None:
            yield f"keys.{key}.when.{other}: a condition needs choices, and {other} has a range"
            continue
        for value in values:
            if value not in choices:
                yield f"keys.{key}.when.{other}: must be among {in_yaml(choices)}; got {in_yaml(value)}"


def _circles(search: Search) -> list[str]:
    try:
        ordered(search)
    except CycleError as error:
        return [f"keys: conditions go in a circle: {' needs '.join(error.args[1])}"]
    return []


def ordered(search: Search) -> list[str]:
    """Names the keys so that each comes after those that its conditions ask for."""
    return list(TopologicalSorter({key: list(domain.when) for key, domain in search.keys.items()}).static_order())


def _examples(domain: Domain) -> list[Any]:
    return list(domain.choices or domain.range or domain.log_range or [])


def _mistakes(document: Mapping[str, Any]) -> Sequence[str]:
    try:
        validate(document)
    except UserError as error:
        return error.problems
    return ()


def replaced(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Gives a copy of a params.yaml with other values at some dotted keys."""
    copied = copy.deepcopy(dict(document))
    for key, value in changes.items():
        *parents, last = key.split(".")
        section = copied
        for parent in parents:
            section = section[parent]
        section[last] = value
    return copied


def named(document: Mapping[str, Any], commit: str) -> str:
    """Names a setting by its params and the commit they are a change of, so that it has the same name anywhere.

    Args:
        document: The whole of params.yaml. How many repeats it trains, and 0 instead of 0.0, make no other name.
        commit: Full hash.
    """
    values = {key: float(value) if type(value) is int else value for key, value in flatten(document).items()}
    values.pop("split.repeats", None)
    text = json.dumps([commit, sorted(values.items())], default=str)
    return f"search-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def screening_of(name: str) -> str:
    """Names the experiment of a setting's screening."""
    return SCREENING + name.removeprefix("search-")


def candidates(search: Search, document: Mapping[str, Any], commit: str, storage: Path) -> list[Candidate]:
    """Draws the settings, or reads again those that an interrupted search has drawn.

    Each has a seed of its own, so that a search that goes on draws what one that was not interrupted would have drawn.

    Args:
        search: Checked by `check`.
        document: What params.yaml holds.
        commit: Full hash of the commit that it is a part of.
        storage: Optuna's journal, which is made where it is missing.

    Returns:
        The setting of params.yaml, then at most `search.settings` - 1 others, fewer where the keys have no more.

    Raises:
        UserError: If a setting is no valid params.yaml.
    """
    from optuna.samplers import RandomSampler
    from optuna.trial import TrialState

    study = open_study(storage)
    for lost in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        if "changes" not in lost.user_attrs:  # killed while it was drawn
            study.tell(lost.number, state=TrialState.FAIL)
    kept = [one.user_attrs["changes"] for one in study.get_trials(deepcopy=False) if "changes" in one.user_attrs]
    found = [_candidate(one, document, commit) for one in ({}, *kept)]
    for number in range(len(found), search.settings):
        for attempt in range(TRIES):
            study.sampler = RandomSampler(seed=derive(search.seed, "candidate", number, attempt))
            trial = study.ask()
            one = _candidate(_suggest(trial, search), document, commit)
            if all(one.document != other.document for other in found):
                trial.set_user_attr("changes", one.changes)
                found.append(one)
                break
            study.tell(trial, state=TrialState.FAIL)
        else:
            break  # the keys have no more
    _require_valid(found)
    return found


def _candidate(changes: Mapping[str, Any], document: Mapping[str, Any], commit: str) -> Candidate:
    changed = replaced(document, changes)
    return Candidate(named(changed, commit), changes, changed)


def open_study(storage: Path) -> Any:
    """Opens or makes the study of a search in Optuna's journal."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        journal = JournalStorage(JournalFileBackend(str(storage)))
    return optuna.create_study(storage=journal, study_name="search", direction="maximize", load_if_exists=True)


def _suggest(trial: Any, search: Search) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for key in ordered(search):
        domain = search.keys[key]
        if all(drawn.get(other, _NONE) in values for other, values in domain.when.items()):
            drawn[key] = _value(trial, key, domain)
    return {key: drawn[key] for key in search.keys if key in drawn}


_NONE = object()


def _value(trial: Any, key: str, domain: Domain) -> Any:
    if domain.choices is not None:
        labels = [in_yaml(value) for value in domain.choices]  # Optuna takes no lists
        return domain.choices[labels.index(trial.suggest_categorical(key, labels))]
    low, high = domain.range or domain.log_range or []
    log = domain.log_range is not None
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, log=log)
    return float(f"{trial.suggest_float(key, low, high, log=log):.3g}")  # as a person would write it


def _require_valid(drawn: Sequence[Candidate]) -> None:
    problems: list[str] = []
    for one in drawn:
        what = ", ".join(f"{key} {in_yaml(value)}" for key, value in one.changes.items()) or DEFAULT
        problems += [f"{what}: {problem}" for problem in _mistakes(one.document)]
    if problems:
        advice = "a condition, `when`, keeps such values apart"
        raise UserError(HEADLINE, [*shorten(problems, "such settings"), advice])
