"""The program `gapwise`: its commands, their arguments and their help; what they do is imported late."""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words
from gapwise.commands.sweeps.share import Share
from gapwise.commands.sweeps.work import StepError
from gapwise.disk.atomic import ADVICE, FULL, explain
from gapwise.statistics.metrics import METRICS

app = typer.Typer(
    help="Tells which setting really generalizes better, from the predictions that DVC keeps of each run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


PLAIN = dict(zip("−–…●├┤┼│┊─┴←→", "--.o||||:-+<>", strict=True))


# Of the commands that run experiments elsewhere.
Ray = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run on the Ray cluster with this HOST:PORT, or local.", show_default=False),
]
Cpus = Annotated[
    int | None, typer.Option(help="With --ray: processors for each experiment, 1 or more.", show_default="1")
]
Memory = Annotated[float | None, typer.Option(help="With --ray: GiB for each experiment.", show_default="2")]
Gpus = Annotated[
    float | None, typer.Option(help="With --ray: GPUs for each experiment, also a part of one.", show_default="0")
]


@app.callback()
def prepare() -> None:
    """Makes no encoding of a terminal or a pipe a reason to fail: what it cannot show becomes plain ASCII."""
    codecs.register_error("plain", _plain)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


@contextmanager
def explained(interrupted: str = "Interrupted.") -> Iterator[None]:
    """Ends a command with a message and an exit code, not with a traceback, where the user can mend it."""
    try:
        yield
    except (UserError, StepError) as error:
        from gapwise.reports.words import printable

        sys.exit("\n".join(["", *map(printable, str(error).splitlines()), ""]))
    except KeyboardInterrupt:
        print(f"\n{interrupted}", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader, for example `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        if ADVICE.get(error.errno or 0) is not FULL:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to print cannot be
        sys.exit(f"\n{explain(error, 'What was printed is not whole')}\n")


@app.command()
def compare(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="BASELINE SETTING…",
            help="Experiments, branches, tags, commits or `workspace`; the first is what the others are held against.",
            show_default=False,
        ),
    ] = None,
    *,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Every experiment of the current commit; the baseline is that commit, or BASELINE."),
    ] = False,
    metric: Annotated[
        str, typer.Option(help=f"What is compared, on the test rows: {', '.join(METRICS)}.")
    ] = "accuracy",
    margin: Annotated[
        float, typer.Option(help="Differences within it count as none, for the verdict equivalent; 0 or more.")
    ] = 0.005,
    confidence: Annotated[float, typer.Option(help="Of every interval and verdict, above 0 and below 1.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    md: Annotated[bool, typer.Option("--md", help="Print Markdown, for a comment on a pull request.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page of tables and plots that needs no network.")
    ] = None,
    save: Annotated[
        bool,
        typer.Option("--save", help="Also write metrics/comparison.json and metrics/comparison/, for `dvc plots`."),
    ] = False,
) -> None:
    """Says of each setting whether it is better or worse than the baseline, equivalent to it, or undecided.

    Reads each revision's predictions through DVC, from the cache or the remote; the workspace stays as it is.

    Example: `gapwise compare main strong-l2 no-dropout`
    """
    with explained():
        from gapwise.commands.compare import run

        form: Literal["terminal", "json", "md"] = "json" if json else "md" if md else "terminal"
        if json and md:
            raise UserError("--json and --md are two forms of one answer; choose one.")
        if metric not in METRICS:
            raise UserError(f"--metric must be one of {', '.join(METRICS)}; got {metric}.")
        _between("--confidence", confidence)
        _at_least("--margin", margin, 0)
        run(
            revisions or [],
            everything=everything,
            metric=metric,
            margin=margin,
            confidence=confidence,
            form=form,
            html=html,
            save=save,
        )


@app.command()
def plan(
    *,
    difference: Annotated[
        float | None, typer.Option(help="A difference in accuracy to plan for, for example 0.02.", show_default=False)
    ] = None,
    revision: Annotated[
        str | None, typer.Option("--from", help="Whose predictions to plan from.", show_default="workspace")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="Test rows, 10 or more, to plan without a run.", show_default=False)
    ] = None,
    accuracy: Annotated[
        float | None, typer.Option(help="Assumed accuracy, to plan without a run.", show_default=False)
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(help="Repeats, 1 or more, to plan without a run.", show_default="5")
    ] = None,
    confidence: Annotated[float, typer.Option(help="Of the comparison to come, above 0 and below 1.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Says which difference a number of repeats and test rows can show, and how long that takes, before it is spent.

    Example: `gapwise plan --difference 0.02`
    """
    with explained():
        from gapwise.commands.plan import run

        _between("--confidence", confidence)
        _between("--difference", difference, " Two points of accuracy are 0.02.")
        _between("--accuracy", accuracy)
        _at_least("--rows", rows, 10)
        _at_least("--repeats", repeats, 1)
        run(
            revision,
            difference=difference,
            rows=rows,
            accuracy=accuracy,
            repeats=repeats,
            confidence=confidence,
            as_json=json,
        )


@app.command()
def curve(
    *,
    sizes: Annotated[
        str | None,
        typer.Option(
            metavar="ROWS,…",
            help="Rows to train on, 3 sizes or more; `all` for all that are left.",
            show_default="all, a half, a quarter, …",
        ),
    ] = None,
    metric: Annotated[str, typer.Option(help=f"On the test rows: {', '.join(METRICS)}.")] = "accuracy",
    ahead: Annotated[
        int | None,
        typer.Option(
            metavar="ROWS", help="More rows to forecast, up to as many as the largest size has.", show_default="half"
        ),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Of every interval, above 0 and below 1.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page with the picture.", show_default=False)
    ] = None,
) -> None:
    """Says what more labels are worth: the score by the number of rows trained on, and a forecast.

    Each size is a DVC experiment of the same repeats, in which a smaller one trains on some rows of a larger one. What
    was run before is taken as it is, and only the rest is run, in a copy: the workspace stays as it is.

    Example: `gapwise curve --sizes 50,100,200,400 --ahead 200`
    """
    with explained():
        from gapwise.commands.curve import run

        if metric not in METRICS:
            raise UserError(f"--metric must be one of {', '.join(METRICS)}; got {metric}.")
        _between("--confidence", confidence)
        _at_least("--ahead", ahead, 1)
        run(sizes, metric=metric, ahead=ahead, confidence=confidence, as_json=json, html=html)


@app.command()
def sweep(
    *,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set-param",
            "-S",
            metavar="KEY=VALUES",
            help="Values of a param, as `dvc exp run --queue -S` takes them: finetune.l2=0,0.1",
            show_default=False,
        ),
    ] = None,
    printed: Annotated[
        bool, typer.Option("--print", help="Run nothing; print a line of shell for each experiment.")
    ] = False,
    ray: Ray = None,
    cpus: Cpus = None,
    memory: Memory = None,
    gpus: Gpus = None,
) -> None:
    """Runs every combination of values, each as a DVC experiment of its own, one after the other or on many machines.

    It runs what is committed, in a clone, so that the workspace stays as it is. An experiment is named by its commit
    and its params: what is here or on the git remote is not run again, and after an interruption the same command goes
    on.

    Example: `gapwise sweep -S finetune.l2=0,0.1,1 -S finetune.freeze=1,4`
    """
    with explained():
        from gapwise.commands.sweep import run

        if printed and ray is not None:
            raise UserError("--print is for other engines than Ray; choose one.")
        run(settings or [], printed=printed, ray=ray, share=_share(ray, cpus, memory, gpus))


@app.command()
def predict(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Texts: csv, tsv, jsonl, json, parquet or xlsx; - for standard input.",
            show_default=False,
        ),
    ],
    *,
    column: Annotated[
        str | None, typer.Option(help="Column of the texts; that of the training without it.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write: csv, tsv, jsonl or parquet; the terminal without it."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Probability of the label, from 0 to 1, below which abstain is yes.", show_default=False),
    ] = None,
    rev: Annotated[
        str, typer.Option(metavar="REV", help="An experiment, branch, tag or commit whose models label.")
    ] = "workspace",
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="In place of models/: what `gapwise final` wrote, or an export to ONNX.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which words carry each decision; a pass per word.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the explanations as a page.", show_default=False)
    ] = None,
    format: Annotated[
        Literal["csv", "tsv", "jsonl", "json", "parquet", "xlsx"] | None,
        typer.Option(help="Of the file.", show_default="what its name ends in; csv of standard input"),
    ] = None,
) -> None:
    """Labels new texts with the networks in models/: the mean of what all repeats predict.

    All columns stay, in the order of the rows. Added are `predicted`, a probability for each class, and `spread`: the
    standard deviation over repeats of the label's probability. A row that cannot be read is left out, and one without
    a text is left without a label; both are named. What to expect of the labels is `mean_of_repeats` in
    metrics/evaluate.json.

    Example: `gapwise predict new.csv --threshold 0.8 --out labelled.csv`
    """
    with explained():
        from gapwise.commands.predict import run

        if threshold is not None and not 0 <= threshold <= 1:
            raise UserError(f"--threshold must be from 0 to 1; got {threshold:g}.")
        run(
            file,
            column=column,
            out=out,
            threshold=threshold,
            suffix=format,
            revision=rev,
            model=model,
            explained=explain,
            html=html,
        )


@app.command()
def labels(
    *,
    rev: Annotated[
        str, typer.Option(metavar="REV", help="An experiment, branch, tag or commit whose labels are looked at.")
    ] = "workspace",
    top: Annotated[int | None, typer.Option(help="Rows shown of each list on the terminal.", show_default="10")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write all rows as a csv, to fill its column corrected."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page of all rows that needs no network.")
    ] = None,
    with_test: Annotated[
        bool, typer.Option("--with-test", help="Write the test rows into the csv too; the page says what that does.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    apply: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Bring the filled cells of column corrected back into prepare.source; nothing else."
        ),
    ] = None,
) -> None:
    """Lists the rows whose label the others doubt, and brings corrections back into the source file.

    The others are a probe that was fitted without the row's group, and the networks of a run that never saw the row.
    Rows that are merely hard are told apart, and test rows are listed apart.

    Example: `gapwise labels --out doubts.csv`, then `gapwise labels --apply doubts.csv`
    """
    with explained():
        _at_least("--top", top, 0)
        if apply is not None:
            if out is not None or html is not None or json or with_test:
                raise UserError("--apply brings corrections back and writes no report; call it by itself.")
            from gapwise.commands.corrections import bring_back

            bring_back(apply)
            return
        from gapwise.commands.labels import run

        run(rev, out=out, html=html, as_json=json, top=top, with_test=with_test)


@app.command()
def errors(
    revision: Annotated[
        str, typer.Argument(metavar="REV", help="An experiment, branch, tag, commit or `workspace`.")
    ] = "workspace",
    second: Annotated[
        str | None,
        typer.Argument(metavar="REV2", help="Another one: which texts does it mend, which break?", show_default=False),
    ] = None,
    *,
    confidence: Annotated[float, typer.Option(help="Of every interval, above 0 and below 1.")] = 0.95,
    top: Annotated[
        int | None, typer.Option(help="Texts of each list, and slices, shown on the terminal.", show_default="5")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page of all texts that needs no network.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Says which texts are wrong in most repeats, surely wrong, or flip, and in which slices a setting is worse.

    Only predictions of test and validation rows count. Slices are by length, class, group and word, with intervals, and
    Holm's correction for all that were looked at.

    Example: `gapwise errors main strong-l2 --html errors.html`
    """
    with explained():
        from gapwise.commands.errors import run

        _between("--confidence", confidence)
        _at_least("--top", top, 0)
        run(revision, second, confidence=confidence, html=html, as_json=json, top=top)


@app.command()
def final(
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write.")] = Path("final"),
    networks: Annotated[int, typer.Option(help="How many to train, 1 or more; the label is that of their mean.")] = 1,
    with_test: Annotated[
        bool, typer.Option("--with-test", help="Train on the test rows too; then nothing is left to test on.")
    ] = False,
    license: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of the data, for the card, for example cc-by-4.0.", show_default=False),
    ] = None,
) -> None:
    """Trains one network on all labelled rows, or several, to hand over, and writes them with their model card.

    The settings are those of params.yaml, which `dvc repro` has run. It trains for as many epochs as the repeats chose
    in the median. What to expect of it is what evaluate has measured of the repeats.

    Example: `gapwise final --license cc-by-4.0`
    """
    with explained():
        from gapwise.commands.final import run

        _at_least("--networks", networks, 1)
        run(out, networks=networks, with_test=with_test, license=license)


@app.command()
def export(
    *,
    to: Annotated[
        Literal["saved_model", "onnx", "openvino", "litert"], typer.Option(help="The format.", show_default=False)
    ],
    model: Annotated[Path, typer.Option(metavar="FOLDER", help="That `gapwise final` wrote.")] = Path("final"),
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to write.", show_default="exports/ and the format"),
    ] = None,
    quantize: Annotated[
        Literal["int8"] | None, typer.Option(help="Make the weights smaller, for onnx or litert.", show_default=False)
    ] = None,
) -> None:
    """Writes a final network in a format that other programs run.

    It is run in its own runtime on all validation texts, and refused if a label or a probability differs from the
    network's. With --quantize, the labels that differ are counted, and the change in accuracy is given.

    Example: `gapwise export --to onnx`
    """
    with explained():
        from gapwise.commands.export import run

        run(to, model=model, out=out, quantize=quantize)


@app.command()
def serve(
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="A folder that `gapwise export` wrote.", show_default=False)
    ],
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for one that is free.")] = 8000,
) -> None:
    """Labels texts over HTTP.

    There is a page at `/` to try texts, `/label` for programs, `/health`, and the schema at `/openapi.json`. It asks
    for no password: put it behind what does.

    Example: `gapwise serve exports/onnx`
    """
    with explained():
        from gapwise.commands.serve import run

        run(export, host=host, port=port)


@app.command()
def search(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Keys, values and budget; see docs/search.md.")] = Path(
        "search.yaml"
    ),
    *,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page with the race as a picture.")
    ] = None,
    ray: Ray = None,
    cpus: Cpus = None,
    memory: Memory = None,
    gpus: Gpus = None,
) -> None:
    """Finds the setting that generalizes best: screens all, then races the best on validation, more and more often.

    Every training becomes an experiment of the current commit. The test set is opened once, for the winner and the
    setting of params.yaml. A search that was ended goes on where it was: run the same command again, here or with
    --ray, which trains on many machines.

    Example: `gapwise search search.yaml --html search.html`
    """
    with explained("Interrupted. The same command goes on from here."):
        from gapwise.commands.search import run

        run(file, as_json=json, html=html, ray=ray, share=_share(ray, cpus, memory, gpus))


@app.command()
def verify() -> None:
    """Looks for damage that DVC does not look for, in its cache and in the outputs of stages.

    A damaged object of the cache is moved to .dvc/tmp/damaged. An output that is not as recorded is made again by the
    next `dvc repro`. Your own files are named and left alone. Where it finds damage, it ends with 1.
    """
    with explained():
        from gapwise.commands.verify import run

        sys.exit(not run())


def _share(ray: str | None, cpus: int | None, memory: float | None, gpus: float | None) -> Share:
    """Gives what each experiment takes of a machine, and checks how the cluster is named."""
    _at_least("--cpus", cpus, 1)
    _at_least("--memory", memory, 0)
    _at_least("--gpus", gpus, 0)
    given: dict[str, Any] = {
        name: value for name, value in (("cpus", cpus), ("memory", memory), ("gpus", gpus)) if value is not None
    }
    if ray is not None:
        from gapwise.commands.sweeps.access import require_address

        require_address(ray)
    elif given:
        said = f"{in_words([f'--{name}' for name in given])} {'needs' if len(given) == 1 else 'need'} --ray"
        raise UserError(f"{said}, which names a cluster, or local for one of this machine.")
    return Share(**given)


def _between(option: str, value: float | None, advice: str = "") -> None:
    if value is not None and not 0 < value < 1:
        raise UserError(f"{option} must be above 0 and below 1; got {value:g}.{advice}")


def _at_least(option: str, value: float | None, least: int) -> None:
    if value is not None and not value >= least:
        raise UserError(f"{option} must be {least} or more; got {value:g}.")
