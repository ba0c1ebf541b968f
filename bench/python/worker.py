"""The contestants' side of the protocol.

A contestant prints one line of JSON about itself after its first step, then
answers every line "run N" with the seconds that each of N steps took, until
its input ends.
"""

import json
import sys
import time


def serve(build, version):
    """Build and serve: build() returns a step and two counts of parameters."""
    start = time.perf_counter()
    step, parameters, classifiers = build()
    step()
    hello = {"version": version, "first": time.perf_counter() - start}
    print(json.dumps(hello | {"parameters": parameters, "classifiers": classifiers}), flush=True)
    for line in sys.stdin:
        verb, count = line.split()
        if verb != "run":
            sys.exit(f"request {line!r}: want 'run N'")
        seconds = []
        for _ in range(int(count)):
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)
        print(*seconds, flush=True)
