"""Tutorial 3: a fanout exchange, and queues that live as long as a client."""

import pika
from broker import connect, drain

publisher, out = connect()
out.exchange_declare(exchange="logs", exchange_type="fanout")
out.basic_publish("logs", "", b"nobody listens")

subscribers = []
for _ in range(3):
    connection, channel = connect()
    queue = channel.queue_declare(queue="", exclusive=True).method.queue
    assert queue.startswith("amq.gen-"), queue
    channel.queue_bind(exchange="logs", queue=queue)
    subscribers.append((connection, channel, queue))
assert len({queue for _, _, queue in subscribers}) == 3, subscribers

for body in [b"one", b"two"]:
    out.basic_publish("logs", "any key", body)
for _, channel, queue in subscribers:
    bodies = [body for _, _, body in drain(channel, queue, 2)]
    assert bodies == [b"one", b"two"], bodies

# Another connection may not use an exclusive queue.
try:
    publisher.channel().queue_declare(subscribers[0][2], passive=True)
    raise AssertionError("an exclusive queue is open to all")
except pika.exceptions.ChannelClosedByBroker as e:
    assert e.reply_code == 405, e

for connection, _, _ in subscribers:
    connection.close()
try:
    publisher.channel().queue_declare(subscribers[0][2], passive=True)
    raise AssertionError("an exclusive queue outlived its connection")
except pika.exceptions.ChannelClosedByBroker as e:
    assert e.reply_code == 404, e
publisher.close()
