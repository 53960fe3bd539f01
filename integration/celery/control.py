"""What operators do: ping, inspect, revoke, and watch events."""

import os
import time

from app import GATE, NOTES, add, app, wait, write
from celery.exceptions import TaskRevokedError

TIMEOUT = 30  # seconds


def until(what, condition):
    """Waits for what to be so."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"no {what} after {TIMEOUT} s"
        time.sleep(0.01)


def want_revoked(result):
    try:
        raise AssertionError(f"a revoked task returned {result.get(TIMEOUT)!r}")
    except TaskRevokedError:
        pass


def notes():
    with open(NOTES, "a+") as f:
        f.seek(0)
        return f.read().splitlines()


# Control messages go through a fanout exchange to a queue of each worker that
# expires; answers come through a queue of this client.
((worker, pong),) = app.control.ping(timeout=TIMEOUT, limit=1)[0].items()
assert pong == {"ok": "pong"}, pong
inspect = app.control.inspect([worker], timeout=TIMEOUT)
assert inspect.ping() == {worker: {"ok": "pong"}}
(queue,) = inspect.active_queues()[worker]
assert queue["name"] == "celery" and queue["exchange"]["type"] == "direct", queue
assert inspect.stats()[worker]["pool"]["max-concurrency"] == 2
assert "app.add" in inspect.registered()[worker]

def revoke(task, **options):
    """Revokes a task, and returns once the worker knows."""
    assert app.control.revoke(task.id, destination=[worker], reply=True, timeout=TIMEOUT, **options)


# Revoked before it is due: it does not run.
late = write.apply_async(["revoked"], countdown=2)
revoke(late)
want_revoked(late)
assert "revoked" not in notes()

# Revoked while it runs: its process is ended.
running = wait.delay("for ever")
until("beginning", lambda: "begin for ever first" in notes())
(active,) = inspect.active()[worker]
assert active["id"] == running.id, active
revoke(running, terminate=True)
want_revoked(running)
assert not os.path.exists(GATE) and "end for ever" not in notes()

# Events come once a control message has asked for them.
app.control.enable_events(destination=[worker], reply=True, timeout=TIMEOUT)
seen = []
with app.connection() as connection:
    receiver = app.events.Receiver(connection, handlers={"*": lambda event: seen.append((event.get("uuid"), event["type"]))})
    with receiver.consumer_context() as (consuming, _, _):
        watched = add.delay(1, 1)
        want = [(watched.id, event) for event in ("task-received", "task-started", "task-succeeded")]
        while want[-1] not in seen:
            consuming.drain_events(timeout=TIMEOUT)
assert [event for event in seen if event[0] == watched.id] == want, seen
assert watched.get(TIMEOUT) == 2

app.close()
