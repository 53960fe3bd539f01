"""How the programs of the example meet the broker."""

import os
import time

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@localhost:5672/")

REQUESTS = "llm.requests"  # direct: by model
STATUS = "llm.status"  # topic: by job id
DEAD = "llm.dead"  # the queue of what nobody could answer

PRIORITIES = {"batch": 0, "normal": 1, "interactive": 2}


def connect():
    """A connection, as soon as the broker is there."""
    for attempt in range(60):
        try:
            return pika.BlockingConnection(pika.URLParameters(URL))
        except pika.exceptions.AMQPConnectionError:
            time.sleep(0.5)
    raise SystemExit(f"no broker at {URL}")


def queue_of(model):
    """The queue of a model's requests. Its limits are in topology.yaml."""
    return f"llm.requests.{model}"


def tokens(prompt, max_tokens):
    """What a request may cost: about four characters of a prompt are a token."""
    return len(prompt) // 4 + max_tokens
