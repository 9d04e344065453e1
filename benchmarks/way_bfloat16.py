"""Gapwise with `precision: bfloat16`."""

import way_gapwise

if __name__ == "__main__":
    way_gapwise.main(precision="bfloat16")
