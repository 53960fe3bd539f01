"""Tutorial 6: calls and answers, matched by correlation id; the same by direct reply-to."""

import threading
import uuid

import pika
from broker import connect

CALLS = 20


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def serve(ready):
    """Answers calls, each to the queue it names."""
    connection, channel = connect()
    channel.queue_declare(queue="rpc")
    channel.basic_qos(prefetch_count=1)
    ready.set()
    for method, properties, body in channel.consume("rpc", inactivity_timeout=10):
        assert method is not None, "the calls ended early"
        channel.basic_publish(
            exchange="",
            routing_key=properties.reply_to,
            properties=pika.BasicProperties(correlation_id=properties.correlation_id),
            body=str(fibonacci(int(body))),
        )
        channel.basic_ack(method.delivery_tag)
        if int(body) == CALLS:
            break
    connection.close()


def call_all(reply_to, channel, connection):
    """Calls for every number up to CALLS, and wants every answer."""
    waiting, answers = {}, {}
    channel.basic_consume(
        reply_to,
        lambda ch, method, properties, body: answers.update({waiting.pop(properties.correlation_id): int(body)}),
        auto_ack=True,
    )
    for n in range(CALLS + 1):
        id = str(uuid.uuid4())
        waiting[id] = n
        channel.basic_publish("", "rpc", str(n), pika.BasicProperties(reply_to=reply_to, correlation_id=id))
    for _ in range(100):
        if not waiting:
            break
        connection.process_data_events(time_limit=0.2)
    assert answers == {n: fibonacci(n) for n in range(CALLS + 1)}, answers


def run(reply_queue):
    """Serves and calls; reply_queue(channel) is where the answers go."""
    ready = threading.Event()
    server = threading.Thread(target=serve, args=(ready,))
    server.start()
    assert ready.wait(10)
    connection, channel = connect()
    call_all(reply_queue(channel), channel, connection)
    server.join(10)
    assert not server.is_alive()
    connection.close()


run(lambda channel: channel.queue_declare(queue="", exclusive=True).method.queue)
run(lambda channel: "amq.rabbitmq.reply-to")
