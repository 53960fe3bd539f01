"""What became of messages that died: every reason, and every field of x-death."""

import datetime
import time

import pika
from broker import connect, count, take

connection, channel = connect()


def declare(name, key=None, exchange="", **arguments):
    """A queue that dead-letters to exchange, under key."""
    arguments = {"x-" + k.replace("_", "-"): v for k, v in arguments.items()}
    arguments["x-dead-letter-exchange"] = exchange
    if key is not None:
        arguments["x-dead-letter-routing-key"] = key
    channel.queue_declare(name, durable=True, arguments=arguments)


def publish(exchange, key, body=b"body", **properties):
    channel.basic_publish(exchange, key, body, pika.BasicProperties(delivery_mode=2, **properties))


def want_deaths(properties, *deaths):
    """Wants these deaths, newest first: (reason, queue, exchange, routing keys, count, more)."""
    got = properties.headers["x-death"]
    assert len(got) == len(deaths), got
    for death, (reason, queue, exchange, keys, times, more) in zip(got, deaths):
        died = death.pop("time")
        assert isinstance(died, datetime.datetime), died
        ago = datetime.datetime.utcnow() - died
        assert datetime.timedelta(seconds=-2) < ago < datetime.timedelta(seconds=60), ago
        assert death == {
            "reason": reason, "queue": queue, "exchange": exchange, "routing-keys": keys, "count": times, **more,
        }, (death, reason, queue)


def want_ends(properties, first, last):
    """Wants the headers that tell of the first and the last death: (reason, queue, exchange)."""
    for which, (reason, queue, exchange) in (("first", first), ("last", last)):
        for field, want in (("reason", reason), ("queue", queue), ("exchange", exchange)):
            name = f"x-{which}-death-{field}"
            assert properties.headers[name] == want, (name, properties.headers[name], want)


def reject(queue, requeue=False):
    method, properties, _ = take(channel, queue, auto_ack=False)
    channel.basic_reject(method.delivery_tag, requeue=requeue)
    return properties


channel.exchange_declare("in", "topic", durable=True)
channel.exchange_declare("out", "topic", durable=True)
channel.queue_declare("dead", durable=True)
channel.queue_bind("dead", "out", "#")

# Rejected: by its own keys, among them those of CC; nobody hears of BCC.
declare("reject", exchange="out")
channel.queue_bind("reject", "in", "a.#")
publish("in", "a.b", headers={"CC": ["c.c"], "BCC": ["b.b"], "mine": 1}, app_id="app", expiration="60000")
reject("reject")
method, properties, body = take(channel, "dead")
assert (method.exchange, method.routing_key, method.redelivered) == ("out", "a.b", False), method
assert body == b"body" and properties.app_id == "app" and properties.delivery_mode == 2, properties
assert properties.expiration is None, "it would expire again"
want_deaths(properties, ("rejected", "reject", "in", ["a.b", "c.c"], 1, {"original-expiration": "60000"}))
want_ends(properties, ("rejected", "reject", "in"), ("rejected", "reject", "in"))
assert properties.headers["CC"] == ["c.c"] and properties.headers["mine"] == 1 and "BCC" not in properties.headers
assert count(channel, "dead") == 0

# The same by basic.nack, with a key of the queue's: it replaces those of CC.
declare("nack", "fixed.key", "out")
channel.queue_bind("nack", "in", "n")
for n in range(3):
    publish("in", "n", str(n), headers={"CC": ["none"]})
for _ in range(3):
    method, _, _ = take(channel, "nack", auto_ack=False)
channel.basic_nack(method.delivery_tag, multiple=True, requeue=False)
for n in range(3):
    method, properties, body = take(channel, "dead")
    assert (method.routing_key, body) == ("fixed.key", str(n).encode()), (method, body)
    assert "CC" not in properties.headers
    want_deaths(properties, ("rejected", "nack", "in", ["n", "none"], 1, {}))

# Expired: by the queue's time to live, by the message's, by the shorter of both.
for name, ttl, expiration, due in [
    ("queue.ttl", 300, None, 0.3), ("message.ttl", None, "300", 0.3),
    ("shorter.queue", 300, "60000", 0.3), ("shorter.message", 60000, "300", 0.3),
    ("queue.ttl.0", 0, None, 0), ("message.ttl.0", None, "0", 0),
]:
    declare(name, exchange="out", **({} if ttl is None else {"message_ttl": ttl}))
    sent = time.monotonic()
    publish("", name, expiration=expiration)
    _, properties, _ = take(channel, "dead")
    took = time.monotonic() - sent
    assert due <= took < due + 5, f"{name}: expired after {took} s"
    assert properties.expiration is None
    want_deaths(properties, ("expired", name, "", [name], 1, {"original-expiration": expiration} if expiration else {}))
    want_ends(properties, ("expired", name, ""), ("expired", name, ""))

# A time to live of 0 does not keep a message from who waits for it.
declare("now", exchange="out", message_ttl=0)
came = []
tag = channel.basic_consume("now", lambda *message: came.append(message), auto_ack=True)
publish("", "now", b"just in time")
while not came:
    connection.process_data_events(time_limit=1)
assert came[0][3] == b"just in time" and came[0][2].headers is None, came
channel.basic_cancel(tag)
assert count(channel, "dead") == 0

# Too many, and too many bytes: the oldest go.
for name, limit in (("length", {"max_length": 2}), ("bytes", {"max_length_bytes": 20})):
    declare(name, exchange="out", **limit)
    for n in range(4):
        publish("", name, b"%09d" % n)
    for n in range(2):
        _, properties, body = take(channel, "dead")
        assert body == b"%09d" % n, body
        want_deaths(properties, ("maxlen", name, "", [name], 1, {}))
    assert count(channel, name) == 2

# Delivered too often.
for kind in ("classic", "quorum"):
    name = "limit." + kind
    declare(name, exchange="out", queue_type=kind, delivery_limit=2)
    publish("", name)
    for delivery in range(3):
        method, _, _ = take(channel, name, auto_ack=False)
        assert method.redelivered == (delivery > 0), (kind, delivery)
        channel.basic_reject(method.delivery_tag, requeue=True)
    _, properties, _ = take(channel, "dead")
    want_deaths(properties, ("delivery_limit", name, "", [name], 1, {}))
    assert count(channel, name) == 0

# Three hops: rejected, then expired, then one too many.
declare("hop.1", "hop.2", message_ttl=60000)
declare("hop.2", "hop.3", message_ttl=100)
declare("hop.3", "last", "out", max_length=0)
publish("", "hop.1", expiration="50000")
reject("hop.1")
method, properties, _ = take(channel, "dead")
assert method.routing_key == "last"
want_deaths(
    properties,
    ("maxlen", "hop.3", "", ["hop.3"], 1, {}),
    ("expired", "hop.2", "", ["hop.2"], 1, {}),
    ("rejected", "hop.1", "", ["hop.1"], 1, {"original-expiration": "50000"}),
)
want_ends(properties, ("rejected", "hop.1", ""), ("maxlen", "hop.3", ""))

# Rejected messages may go round for ever: they are counted.
declare("round", "round")
publish("", "round")
for turn in range(5):
    properties = reject("round")
    if turn:
        want_deaths(properties, ("rejected", "round", "", ["round"], turn, {}))
assert take(channel, "round")[1].headers["x-death"][0]["count"] == 5

# Expired ones may not: what would come back into a queue where it expired is
# dropped, and goes to the others alone.
channel.exchange_declare("both", "fanout")
declare("cycle.1", "cycle.2", message_ttl=100)
declare("cycle.2", exchange="both", message_ttl=100)
channel.queue_declare("witness")
for queue in ("cycle.1", "witness"):
    channel.queue_bind(queue, "both")
publish("", "cycle.1")
_, properties, _ = take(channel, "witness")
want_deaths(
    properties, ("expired", "cycle.2", "", ["cycle.2"], 1, {}), ("expired", "cycle.1", "", ["cycle.1"], 1, {}))
connection.sleep(0.5)  # enough for two turns
assert [count(channel, queue) for queue in ("cycle.1", "cycle.2", "witness")] == [0, 0, 0]

# Unless somebody rejected it in between: the way to try again later.
declare("work", "later")
declare("later", "work", message_ttl=100)
publish("", "work")
for turn in range(3):
    properties = reject("work")
    if turn:
        want_deaths(
            properties,
            ("expired", "later", "", ["later"], turn, {}), ("rejected", "work", "", ["work"], turn, {}))
        want_ends(properties, ("rejected", "work", ""), ("expired", "later", ""))

# A dead-letter exchange that is not there: the message is dropped.
declare("nowhere", exchange="missing")
publish("", "nowhere")
reject("nowhere")
assert count(channel, "nowhere") == 0 and count(channel, "dead") == 0
connection.close()
