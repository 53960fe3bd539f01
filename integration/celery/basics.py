"""What every application does: tasks and their results, retries, ETA, groups and chains.

The rpc:// backend has no chords, so the steps of a workflow are chains, and
what runs side by side is a group, of chains if need be.
"""

import time
from datetime import datetime, timedelta, timezone

from app import add, app, die_once, echo, fail, flaky, now
from celery import chain, chord, group

TIMEOUT = 30  # seconds, for each result
LATE = 10  # seconds that a task may run after its time on a busy machine

# What takes its time goes first.
retried = flaky.delay(2)
sent = time.time()
counted = now.apply_async(countdown=2)
eta = datetime.now(timezone.utc) + timedelta(seconds=1.5)
dated = now.apply_async(eta=eta)

assert add.delay(2, 3).get(TIMEOUT) == 5
for size in (0, 1, 200_000):
    assert echo.delay("x" * size).get(TIMEOUT) == "x" * size
try:
    fail.delay("on purpose").get(TIMEOUT)
    raise AssertionError("a task that failed has a result")
except ValueError as e:
    assert str(e) == "on purpose", e

results = [add.delay(n, n) for n in range(200)]
assert [r.get(TIMEOUT) for r in results] == [2 * n for n in range(200)]

assert group(add.s(n, 1) for n in range(10))().get(TIMEOUT) == list(range(1, 11))
assert chain(add.s(1, 2), add.s(3), add.s(4))().get(TIMEOUT) == 10
chains = group(chain(add.s(n, 1), add.s(10)) for n in range(5))()
assert chains.get(TIMEOUT) == [n + 11 for n in range(5)]
try:
    chord([add.s(1, 1)], echo.s())()
    raise AssertionError("rpc:// has chords: test them")
except NotImplementedError:
    pass

# A process that dies in the middle of a task: the worker rejects the message.
assert die_once.delay().get(TIMEOUT) == "again"

for name, due, ran in [("countdown", sent + 2, counted.get(TIMEOUT)), ("eta", eta.timestamp(), dated.get(TIMEOUT))]:
    assert due <= ran < due + LATE, f"{name}: due at {due}, ran at {ran}"

tries = retried.get(TIMEOUT)
assert len(tries) == 3, f"tried at {tries}"
assert tries[1] - tries[0] >= 0.9 and tries[2] - tries[1] >= 1.9, f"tried at {tries}, without backing off"

app.close()
