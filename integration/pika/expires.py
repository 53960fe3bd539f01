"""Queues that go when nobody uses them."""

import time

import pika
from broker import connect

connection, channel = connect()
EXPIRES = 1.5  # seconds
arguments = {"x-expires": int(EXPIRES * 1000)}


def there(queue):
    """Whether queue exists; asking counts as a use of it."""
    ch = connection.channel()
    try:
        ch.queue_declare(queue, passive=True)
        ch.close()
        return True
    except pika.exceptions.ChannelClosedByBroker as e:
        assert e.reply_code == 404, e
        return False


for queue in ("unused", "got", "declared", "consumed", "left"):
    channel.queue_declare(queue, arguments=arguments)
channel.queue_declare("dead")
made = time.monotonic()
channel.basic_publish("", "unused", b"goes with its queue")
channel.basic_consume("consumed", print)
tag = channel.basic_consume("left", print)
while time.monotonic() < made + 2 * EXPIRES:
    channel.basic_get("got")
    channel.queue_declare("declared", arguments=arguments)
    connection.process_data_events(time_limit=0.1)
assert not there("unused")
for queue in ("got", "declared", "consumed", "left"):
    assert there(queue), queue

# Its time begins when the last consumer leaves.
channel.basic_cancel(tag)
deadline = time.monotonic() + 30
while there("left"):
    assert time.monotonic() < deadline, "still there"
    time.sleep(2 * EXPIRES)
assert there("consumed")
connection.close()
