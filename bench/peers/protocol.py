"""How a peer talks with who times it: one JSON line asked on stdin, one answered on stdout. Idle, it waits on stdin."""
import json
import math
import sys
import time


def answer(**message):
    print(json.dumps(message), flush=True)


def give_up(sentence):
    answer(error=sentence)
    sys.exit(1)


def serve(step, warm_up, version, device):
    """Answers until stdin ends. `step` carries out one training step and returns its loss as a float: all of it is done by then."""
    for _ in range(warm_up):
        step()
    answer(ready={"version": version, "device": device})
    for line in sys.stdin:
        asked = json.loads(line)
        for _ in range(asked["untimed"]):
            step()
        ms, loss = [], 0.0
        for _ in range(asked["timed"]):
            start = time.perf_counter()
            loss = step()
            ms.append((time.perf_counter() - start) * 1e3)
        if not math.isfinite(loss):
            give_up(f"its loss became {loss}")
        answer(ms=ms)
