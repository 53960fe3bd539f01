"""The exchange type of RabbitMQ's plugin for delayed messages, as its users write it."""

import time

import pika
from broker import connect

connection, channel = connect()
channel.exchange_declare(
    exchange="later",
    exchange_type="x-delayed-message",
    durable=True,
    arguments={"x-delayed-type": "direct"},
)
channel.queue_declare(queue="reminders", durable=True)
channel.queue_bind(queue="reminders", exchange="later", routing_key="reminder")
channel.confirm_delivery()

due = {}
for body, delay in ((b"third", 600), (b"first", 200), (b"second", 400)):
    due[body] = time.time() + delay / 1000
    channel.basic_publish(
        exchange="later",
        routing_key="reminder",
        body=body,
        mandatory=True,
        properties=pika.BasicProperties(headers={"x-delay": delay}, delivery_mode=2),
    )

came = []
for method, properties, body in channel.consume("reminders", inactivity_timeout=10):
    assert method is not None, f"only {came} came"
    late = time.time() - due[body]
    assert 0 <= late < 2, f"{body} came {late} s late"
    assert properties.headers["x-delay"] < 0, properties.headers
    channel.basic_ack(method.delivery_tag)
    came.append(body)
    if len(came) == 3:
        break
assert came == [b"first", b"second", b"third"], came
connection.close()
