"""A consumer that is stopped in its tracks is missed, and its messages go on."""

import os
import signal
import subprocess
import sys
import time

from broker import connect, drain

COUNT = 5


def hold():
    """Takes messages and keeps them, with a heartbeat of a second."""
    connection, channel = connect(heartbeat=1)
    channel.basic_qos(prefetch_count=COUNT)
    held = []

    def on_message(ch, method, properties, body):
        assert not method.redelivered, method
        held.append(body)
        if len(held) == COUNT:
            print("holding", flush=True)

    channel.basic_consume("held", on_message)
    channel.start_consuming()


if sys.argv[1:] == ["hold"]:
    hold()

connection, channel = connect()
channel.queue_declare("held", durable=True)
for i in range(COUNT):
    channel.basic_publish("", "held", str(i))
with subprocess.Popen([sys.executable, __file__, "hold"], stdout=subprocess.PIPE, text=True) as holder:
    try:
        assert holder.stdout.readline() == "holding\n"
        # Heartbeats keep it alive for longer than two intervals.
        connection.sleep(4)
        assert channel.queue_declare("held", passive=True).method.message_count == 0

        os.kill(holder.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        messages = drain(channel, "held", COUNT)
        took = time.monotonic() - stopped
    finally:
        holder.kill()
assert [body for _, _, body in messages] == [b"%d" % i for i in range(COUNT)], messages
assert all(method.redelivered for method, _, _ in messages), messages
assert 1 < took < 5, f"missed after {took:.1f} s"
connection.close()
