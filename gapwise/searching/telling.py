"""The race told to Optuna, whose own tools then show the study."""

from collections.abc import Sequence
from pathlib import Path

from gapwise.searching.race import Race, mean
from gapwise.searching.space import Candidate, open_study


def tell(storage: Path, drawn: Sequence[Candidate], race: Race) -> None:
    """Gives each trial its end: complete with the score of all its repeats, or pruned where it left or was not let in.

    Args:
        storage: Of the study.
        drawn: All settings; the first, of params.yaml, was not drawn, and has no trial.
        race: That was run.
    """
    from optuna.trial import TrialState

    study = open_study(storage)
    of_changes = {str(one.changes): one.name for one in drawn}
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        name = of_changes[str(trial.user_attrs["changes"])]
        if name in race.falls or name not in race.scores:
            study.tell(trial.number, state=TrialState.PRUNED)
        else:
            study.tell(trial.number, mean(race.scores[name]))
