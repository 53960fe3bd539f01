"""Messages of higher priority come first, also after the broker was away.

Without arguments, both steps; with one, that step.
"""

import random
import sys

import pika
from broker import connect, count, take

TOP = 10


def publish(channel):
    """Publishes, in no order, what want expects."""
    channel.queue_declare("p", durable=True, arguments={"x-max-priority": TOP})
    channel.confirm_delivery()
    seed = random.randrange(2**32)
    print("seed", seed)
    priorities = [p for p in (None, *range(TOP + 3)) for _ in range(4)]
    random.Random(seed).shuffle(priorities)
    for n, priority in enumerate(priorities):
        properties = pika.BasicProperties(delivery_mode=2, priority=priority)
        channel.basic_publish("", "p", str(n), properties)


def rank(message):
    """The lower, the earlier: by priority, none being 0 and too high ones the highest, then by age."""
    priority = min(message[1].priority or 0, TOP)
    return -priority, int(message[2])


def consume(channel):
    """Wants the highest first, and what is given back at its place."""
    total = count(channel, "p")
    assert total == 4 * (TOP + 4), total
    held = [take(channel, "p", auto_ack=False) for _ in range(total // 2)]
    assert held == sorted(held, key=rank), [rank(m) for m in held]
    for method, _, _ in held[1::2]:
        channel.basic_nack(method.delivery_tag, requeue=True)
    rest = [take(channel, "p", auto_ack=False) for _ in range(total - len(held[::2]))]
    assert rest == sorted(rest, key=rank), [rank(m) for m in rest]
    again = {body for method, _, body in rest if method.redelivered}
    assert again >= {body for _, _, body in held[1::2]}, again  # after a kill, all of them
    channel.basic_ack(0, multiple=True)


connection, channel = connect()
for step in sys.argv[1:] or ("publish", "consume"):
    {"publish": publish, "consume": consume}[step](channel)
connection.close()
