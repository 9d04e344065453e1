"""Unpacks the sample sets into data/raw/, and touches nothing else there."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


from gapwise.disk.io import run, write_csv
from gapwise.texts.samples import read_samples


def main() -> None:
    """Writes data/raw/NAME.csv for each of `gapwise.texts.samples.NAMES`."""
    for name, texts in read_samples().items():
        write_csv(f"data/raw/{name}.csv", texts)


if __name__ == "__main__":
    run(main)
