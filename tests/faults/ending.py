"""Sends a signal to DVC and its stage at a chosen point, with no change to the code that runs.

Python tells an audit hook what it is about to do, and a profile function which function it calls. The hook comes in
by a `sitecustomize.py` on PYTHONPATH, works in the processes of a stage alone, and sends the signal to the whole group
of processes, as a terminal does for Ctrl-C.
"""

SITECUSTOMIZE = """
import os, signal, sys

number, event, part, left = os.environ.get("END_AT", "0 - - 0").split()
left = int(left)

def seen(name, values):
    global left
    if name == event and any(part in str(value) for value in values):
        left -= 1
        if left == 0:
            os.killpg(0, int(number))

def profile(frame, what, _):
    if what == "call":
        seen("call", [frame.f_code.co_name])

def audit(name, values):
    if event == "call" and name == "open" and str(values[0]) == "params.yaml":  # all is imported
        sys.setprofile(profile)
    seen(name, values)

if "DVC_STAGE" in os.environ:
    sys.addaudithook(audit)
"""


def at(number, point):
    """What makes `SITECUSTOMIZE` send a signal.

    Args:
        number: The signal.
        point: `EVENT PART N`: the n-th event (an audit event of Python, or `call` for a function) that has PART in an
            argument, or in the function's name.
    """
    return {"END_AT": f"{int(number)} {point}"}
