"""Gapwise with `precision: bfloat16`."""

from benchmarks.speed.ways import gapwise as way

if __name__ == "__main__":
    way.main(precision="bfloat16")
