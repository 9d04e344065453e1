"""A label report and an error report with something in each of their lists."""

from gapwise.inspecting.figures import (
    Changed,
    Conflict,
    ErrorReport,
    Errors,
    LabelReport,
    Mending,
    Neighbour,
    Row,
    Slice,
    Wrong,
)


def row(number, status="doubted", text="a text", label="good", **changed):
    other = Neighbour(row=900 + number, text=text, label="bad", similarity=0.93)
    values = {
        "row": number,
        "text": text,
        "label": label,
        "suggested": "bad" if status == "doubted" else label,
        "doubt": 0.9,
        "networks": number % 3,
        "status": status,
        "asked": 5,
        "against": [other] * 2,
        "alike": [other] if status == "alike" else [],
    }
    return Row(**values | changed)


def label_report(text="a text", label="good", **changed):
    rows = [
        row(number, status, text, label) for number, status in enumerate(("doubted", "doubted", "alike", "hard"), 1)
    ]
    values = {
        "revision": "main",
        "development_rows": 700,
        "test_rows": 300,
        "accuracy": 0.812,
        "by_networks": 0.41,
        "unjudged": [17],
        "doubted": 2,
        "doubted_test": 1,
        "development": rows,
        "test": [row(800, "doubted", text, label), row(801, "hard", text, label)],
        "conflicts": [Conflict(text=text, rows=[3, 4], labels=[label, "bad"])],
    }
    return LabelReport(**values | changed)


def slice_(kind="word", name="not", worse=True, **changed):
    values = {
        "kind": kind,
        "name": name,
        "rows": 40,
        "score": 0.6,
        "rest": 0.8,
        "difference": -0.2,
        "low": -0.35,
        "high": -0.05,
        "p_value": 0.0004,
        "p_adjusted": 0.03 if worse else 0.3,
        "worse": worse,
    }
    return Slice(**values | changed)


def error_report(text="a text", label="good", **changed):
    rows = [
        Wrong(row=number, text=text, label=label, given="bad", wrong=wrong, repeats=5, confidence=confidence, kind=kind)
        for number, (kind, wrong, confidence) in enumerate([("sure", 5, 0.97), ("most", 3, 0.7), ("flips", 1, 0.6)], 1)
    ]
    one = Changed(row=9, text=text, label=label, wrong=5, wrong_after=0)
    slices = [slice_(name=label), slice_("length", "2 to 9 words", worse=False)]
    values = {
        "revision": "main",
        "confidence": 0.95,
        "test": Errors(texts=300, repeats=5, accuracy=0.8, rows=rows),
        "validation": Errors(texts=300, repeats=5, accuracy=0.81, rows=rows),
        "groups": 52,
        "slices": slices,
        "against": Mending(
            revision="strong",
            repeats=5,
            difference=0.02,
            low=-0.01,
            high=0.05,
            mended=[one],
            broken=[one, one],
            slices=slices,
        ),
        "notes": ["strong ran with other code than main: gapwise/training."],
    }
    return ErrorReport(**values | changed)
