"""On a broker without disk left: publishers are told so, consumers go on."""

import os
import sys
import time

import pika

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from broker import connect, drain

publisher, channel = connect(heartbeat=2)
blocked = []
publisher.add_on_connection_blocked_callback(lambda _, method: blocked.append(method.method.reason))
assert channel.queue_declare("letters", passive=True).method.message_count == 3
publisher.process_data_events(time_limit=0.2)
assert not blocked, "who has not published is blocked"
channel.basic_publish("", "letters", b"four")
deadline = time.monotonic() + 10
while not blocked and time.monotonic() < deadline:
    publisher.process_data_events(time_limit=0.1)
assert blocked == ["low on disk"], blocked

consumer, inbox = connect()
assert [body for _, _, body in drain(inbox, "letters", 3)] == [b"one", b"two", b"three"]
assert inbox.queue_declare("letters", passive=True).method.message_count == 0
consumer.close()

# The publisher hears heartbeats, and is not dropped for want of its own.
publisher.process_data_events(time_limit=7)
assert publisher.is_open

# One that may not wait for ever gives up by itself.
impatient, channel = connect(blocked_connection_timeout=0.5)
channel.basic_publish("", "letters", b"five")
try:
    impatient.process_data_events(time_limit=5)
    raise AssertionError("still there")
except pika.exceptions.ConnectionBlockedTimeout:
    pass
