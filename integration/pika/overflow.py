"""Queues that refuse what they have no room for, and say so."""

import pika
from broker import connect, count, take

connection, channel = connect()
channel.confirm_delivery()
channel.queue_declare("dead")


def refused(queue, body):
    try:
        channel.basic_publish("", queue, body)
        return False
    except pika.exceptions.NackError:
        return True


for overflow, lettered in (("reject-publish", False), ("reject-publish-dlx", True)):
    channel.queue_declare(overflow, arguments={
        "x-max-length": 2, "x-overflow": overflow,
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead",
    })
    for body in (b"1", b"2"):
        assert not refused(overflow, body)
    for body in (b"3", b"4"):
        assert refused(overflow, body), overflow
    assert count(channel, overflow) == 2

    # Only what is ready counts.
    method, _, body = take(channel, overflow, auto_ack=False)
    assert body == b"1" and not refused(overflow, b"5") and refused(overflow, b"6"), body
    channel.basic_ack(method.delivery_tag)
    assert [take(channel, overflow)[2] for _ in range(2)] == [b"2", b"5"]

    for body in (b"3", b"4", b"6") if lettered else ():
        _, properties, dead = take(channel, "dead")
        (death,) = properties.headers["x-death"]
        assert (dead, death["reason"], death["queue"]) == (body, "maxlen", overflow), (dead, death)
    assert count(channel, "dead") == 0

# One of two queues refuses: the message is not confirmed, and is in the other.
channel.exchange_declare("both", "fanout")
for queue, length in (("full", 0), ("free", 10)):
    channel.queue_declare(queue, arguments={"x-max-length": length, "x-overflow": "reject-publish"})
    channel.queue_bind(queue, "both")
try:
    channel.basic_publish("both", "", b"half")
    raise AssertionError("confirmed, although a queue refused it")
except pika.exceptions.NackError:
    pass
assert take(channel, "free")[2] == b"half" and count(channel, "full") == 0
connection.close()
