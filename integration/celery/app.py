"""The tasks that the tests run: an application as Celery's tutorial makes it.

Settings that differ from Celery's own come from CELERY_SETTINGS, as JSON. Tasks
leave notes in the file CELERY_NOTES, a line each, for whoever wants to know
what ran: results may be lost with the client that asked for them.
"""

import json
import os
import signal
import time

from celery import Celery
from kombu import Exchange, Queue

app = Celery("app", broker=os.environ["AMQP_URL"], backend="rpc://")
app.conf.update(json.loads(os.environ.get("CELERY_SETTINGS", "{}")))

if queue_type := os.environ.get("CELERY_QUEUE_TYPE"):
    app.conf.task_queues = [
        Queue("celery", Exchange("celery"), "celery", queue_arguments={"x-queue-type": queue_type})
    ]

NOTES = os.environ["CELERY_NOTES"]
GATE = NOTES + ".gate"  # a file that wait waits for


def note(*words):
    """Adds a line to the notes; lines of several processes do not mix."""
    with open(NOTES, "ab", buffering=0) as notes:
        notes.write((" ".join(map(str, words)) + "\n").encode())


class Hiccup(Exception):
    """What goes away when it is tried again."""


@app.task
def add(x, y):
    return x + y


@app.task
def fail(text):
    raise ValueError(text)


@app.task
def echo(value):
    return value


@app.task
def now():
    """When the task ran, as seconds since the epoch."""
    return time.time()


@app.task(name="app.note")
def write(text):
    note(text)


@app.task(bind=True)
def wait(self, text):
    """Notes its beginning, waits for the gate, and notes its end."""
    note("begin", text, "again" if self.request.delivery_info["redelivered"] else "first")
    while not os.path.exists(GATE):
        time.sleep(0.01)
    note("end", text)
    return text


@app.task(bind=True, autoretry_for=(Hiccup,), retry_backoff=True, retry_jitter=False)
def flaky(self, failures):
    """Fails so many times, and then tells when it was tried."""
    note(self.request.id, time.time())
    if self.request.retries < failures:
        raise Hiccup(self.request.retries)
    with open(NOTES) as notes:
        return [float(line.split()[1]) for line in notes if line.startswith(self.request.id)]


@app.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def die_once(self):
    """Takes its process along, unless the task comes again."""
    if not self.request.delivery_info["redelivered"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return "again"
