"""Seals the test set, or one for each rotation, then draws train and validation for every repeat."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


from gapwise.base.tables import Repeats, Texts
from gapwise.disk.io import read_params, read_table, run, write_json, write_table
from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams
from gapwise.splitting.rotation import given_parts, rotate
from gapwise.splitting.summary import in_lines, summarize


def main() -> None:
    """Splits data/dataset.parquet."""
    params = read_params(SplitParams)
    texts = read_table("data/dataset.parquet", Texts)
    if params.rotate is None:
        development, test = seal_test(texts, params)
        repeats = draw_repeats(development, params)
    else:
        development = test = texts.sort_values("text_id", ignore_index=True)
        repeats = rotate(texts, params)
    write_table("data/test.parquet", test, Texts)
    write_table("data/development.parquet", development, Texts)
    write_table("data/repeats.parquet", repeats, Repeats)
    report = summarize(texts, development, test, repeats)
    write_json("metrics/split.json", report)
    print(*in_lines(report, params.validation_fraction, is_given=bool(given_parts(texts))), sep="\n", flush=True)


if __name__ == "__main__":
    run(main)
