"""A delivery that is not acknowledged in time goes to somebody else."""

import time

import pika
from broker import connect
from pika.exceptions import ChannelClosedByBroker

ARGUMENTS = {"x-consumer-timeout": 1000}

# A client that understands basic.cancel is told so, and goes on.
connection, channel = connect()
channel.queue_declare("jobs", arguments=ARGUMENTS)
channel.basic_publish("", "jobs", b"slow")
cancelled, inbox = [], []
channel.add_on_cancel_callback(cancelled.append)
channel.basic_consume("jobs", lambda ch, method, properties, body: inbox.append((method, body)), consumer_tag="slow")
began = time.monotonic()
while not cancelled:
    connection.process_data_events(time_limit=0.1)
    assert time.monotonic() - began < 10, "nothing happened"
took = time.monotonic() - began
assert 0.9 < took < 2, f"after {took:.1f} s instead of 1"
assert cancelled[0].method.consumer_tag == "slow", cancelled
late = inbox[0][0].delivery_tag
method, _, body = channel.basic_get("jobs")
assert body == b"slow" and method.redelivered, (method, body)
channel.basic_ack(late)  # in vain, and no error
channel.basic_ack(method.delivery_tag)
assert channel.queue_declare("jobs", passive=True).method.message_count == 0

# One that does not loses its channel.
old, channel = connect(client_properties={"capabilities": {"consumer_cancel_notify": False}})
channel.basic_publish("", "jobs", b"slow")
channel.basic_consume("jobs", lambda *_: None)
try:
    channel.start_consuming()
    raise AssertionError("it goes on consuming")
except ChannelClosedByBroker as e:
    assert e.reply_code == 406, e
    assert e.reply_text == (
        "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1000 ms. "
        "This timeout value can be configured, see consumers doc guide to learn more"
    ), e.reply_text
assert old.is_open
old.close()
connection.close()
