"""What `import edutargets` costs beside `import pandas`: `python3 run.py bench` prints, judges nothing."""

import statistics
import subprocess
import sys

ROUNDS = 9
YARDSTICK = "pandas"
MEASURED = ("pandas", "edutargets", "edutargets.cli")


def seconds_to_import(name: str) -> float:
    """Return what importing a module takes in a fresh interpreter, without the interpreter's own start."""
    program = f"from time import perf_counter as now; start = now(); import {name}; print(now() - start)"
    command = [sys.executable, "-I", "-c", program]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_cost_of_importing_edutargets_is_shown_as_a_ratio_to_pandas() -> None:
    """Medians of interleaved fresh processes, as ratios: seconds belong to one machine, ratios travel."""
    times: dict[str, list[float]] = {name: [] for name in MEASURED}
    for _ in range(ROUNDS + 1):
        for name in MEASURED:
            times[name].append(seconds_to_import(name))
    yardstick = statistics.median(times[YARDSTICK][1:])
    print(f"\n{'import':<18}{'median s':>10}{'least s':>10}{'x ' + YARDSTICK:>12}")
    for name in MEASURED:
        measured = times[name][1:]  # the first round warms the disk
        median = statistics.median(measured)
        print(f"{name:<18}{median:>10.3f}{min(measured):>10.3f}{median / yardstick:>12.2f}")
