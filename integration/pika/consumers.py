"""Who of several consumers gets the messages: the active one, those of higher priority; and what they hear of the end."""

import multiprocessing
import os
import signal
import time

from broker import connect, count

TIMEOUT = 20  # seconds


def hold(queue, pipe):
    """Consumes without acknowledging, and tells what came, until it is killed."""
    connection, channel = connect()
    channel.basic_qos(prefetch_count=2)
    channel.basic_consume(queue, lambda ch, method, properties, body: pipe.send((body, method.redelivered)))
    pipe.send("ready")
    channel.start_consuming()


def holder(queue):
    """A process that runs hold, and the pipe by which it tells."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=hold, args=(queue, there), daemon=True)
    process.start()
    assert receive(here) == "ready"
    return process, here


def receive(pipe):
    assert pipe.poll(TIMEOUT), "nothing came"
    return pipe.recv()


def single_active():
    """Only one consumer gets messages; the next in line takes over what it held."""
    connection, channel = connect()
    channel.queue_declare("single", durable=True, arguments={"x-single-active-consumer": True})
    holders = [holder("single") for _ in range(3)]
    for n in range(5):
        channel.basic_publish("", "single", str(n))
    again = False
    while holders:
        process, pipe = holders.pop(0)
        came = [receive(pipe) for _ in range(2)]
        assert came == [(b"0", again), (b"1", again)], came
        assert not any(other.poll(0.2) for _, other in holders), "another consumer got something"
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        again = True
    deadline = time.monotonic() + TIMEOUT
    while count(channel, "single") < 5:
        assert time.monotonic() < deadline, count(channel, "single")
        time.sleep(0.01)
    connection.close()


def ranked():
    """A consumer of higher priority gets all it takes, before those of lower ones."""
    connection, channel = connect()
    channel.queue_declare("ranked")
    got = {name: [] for name in ("low", "high", "plain")}
    channel.basic_qos(prefetch_count=3)
    for name, priority in (("low", -1), ("high", 10), ("plain", None)):
        arguments = None if priority is None else {"x-priority": priority}
        note = lambda ch, method, properties, body, name=name: got[name].append((int(body), method.delivery_tag))
        channel.basic_consume("ranked", note, consumer_tag=name, arguments=arguments)

    def publish(numbers):
        before = sum(map(len, got.values()))
        for n in numbers:
            channel.basic_publish("", "ranked", str(n))
        deadline = time.monotonic() + TIMEOUT
        while sum(map(len, got.values())) < before + len(numbers):
            assert time.monotonic() < deadline, got
            connection.process_data_events(time_limit=0.1)

    def numbers(name):
        return [n for n, _ in got[name]]

    publish(range(3))
    assert numbers("high") == [0, 1, 2], got
    publish(range(3, 6))
    assert numbers("plain") == [3, 4, 5], got
    publish(range(6, 8))
    assert numbers("low") == [6, 7], got
    channel.basic_ack(got["high"][0][1])  # room for one more at the top
    publish([8])
    assert numbers("high") == [0, 1, 2, 8], got
    connection.close()


def told_of_the_end():
    """A consumer hears that its queue was deleted; the channel lives on."""
    connection, channel = connect()
    channel.queue_declare("ending")
    cancelled = []
    channel.add_on_cancel_callback(cancelled.append)
    channel.basic_consume("ending", print, consumer_tag="reader")
    other, deleting = connect()
    deleting.queue_delete("ending")
    other.close()
    deadline = time.monotonic() + TIMEOUT
    while not cancelled:
        assert time.monotonic() < deadline, "nobody said so"
        connection.process_data_events(time_limit=0.1)
    assert cancelled[0].method.consumer_tag == "reader", cancelled
    assert not channel.consumer_tags, channel.consumer_tags
    channel.queue_declare("ending")
    connection.close()


single_active()
ranked()
told_of_the_end()
