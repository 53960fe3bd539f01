"""Where the broker is, and how the programs beside meet it."""

import os
import time

import pika


PORT = int(os.environ.get("AMQP_PORT", 5672))


def parameters(**changes):
    """A connection's parameters as the tutorials give them: all but the host is pika's default."""
    return pika.ConnectionParameters(host="localhost", port=PORT, **changes)


def connect(**changes):
    """A connection and a channel on it."""
    connection = pika.BlockingConnection(parameters(**changes))
    return connection, connection.channel()


def drain(channel, queue, count, timeout=10):
    """The next messages of queue as (method, properties, body), acknowledged."""
    messages = []
    for message in channel.consume(queue, inactivity_timeout=timeout):
        assert message[0] is not None, f"{len(messages)} of {count} messages came"
        channel.basic_ack(message[0].delivery_tag)
        messages.append(message)
        if len(messages) == count:
            break
    channel.cancel()
    return messages


def take(channel, queue, timeout=20, auto_ack=True):
    """The next message of queue as (method, properties, body), once there is one."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        message = channel.basic_get(queue, auto_ack=auto_ack)
        if message[0] is not None:
            return message
        time.sleep(0.01)
    raise AssertionError(f"{queue}: no message came in {timeout} s")


def count(channel, queue):
    """How many messages are ready in queue."""
    return channel.queue_declare(queue, passive=True).method.message_count
