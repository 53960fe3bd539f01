"""Where the broker is, and how the programs beside meet it."""

import os

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
