"""Unpacks the sample sets into data/raw/, and touches nothing else there."""

from gapwise.samples import read_samples
from stages.door import run, write_csv


def main() -> None:
    """Writes data/raw/NAME.csv for each of `gapwise.samples.NAMES`."""
    for name, texts in read_samples().items():
        write_csv(f"data/raw/{name}.csv", texts)


if __name__ == "__main__":
    run(main)
