"""All fourteen properties, headers of every type, and bodies of any size."""

import datetime
import decimal

import pika
from broker import connect, drain

connection, channel = connect()
channel.queue_declare("p", exclusive=True)

properties = pika.BasicProperties(
    content_type="text/plain",
    content_encoding="utf-8",
    headers={
        "string": "ü ☃",
        "bytes": b"\x00\xff",
        "int": 5,
        "negative": -5,
        "long": 2**40,
        "true": True,
        "false": False,
        "decimal": decimal.Decimal("12.34"),
        "time": datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
        "none": None,
        "list": [1, "two", [3], {"four": 4}],
        "table": {"a": {"b": {"c": 1}}},
        "empty": {},
    },
    delivery_mode=2,
    priority=7,
    correlation_id="correlation",
    reply_to="reply",
    expiration="60000",
    message_id="message",
    timestamp=1234567890,
    type="type",
    user_id="guest",
    app_id="app",
    cluster_id="cluster",
)
channel.basic_publish("", "p", b"body", properties)
((_, got, body),) = drain(channel, "p", 1)
assert body == b"body", body
for name in ("content_type", "content_encoding", "delivery_mode", "priority", "correlation_id", "reply_to",
             "expiration", "message_id", "timestamp", "type", "user_id", "app_id", "cluster_id"):
    assert getattr(got, name) == getattr(properties, name), (name, getattr(got, name))
want = dict(properties.headers)
assert set(got.headers) == set(want), got.headers
for name, value in got.headers.items():
    if name == "time":
        assert value.replace(tzinfo=datetime.timezone.utc) == want[name], value
    else:
        assert value == want[name], (name, value)

channel.basic_publish("", "p", b"bare")
((_, got, body),) = drain(channel, "p", 1)
assert got.headers is None and got.delivery_mode is None, got

for size in [0, 1, 131064, 131065, 262128, 1_000_000]:
    body = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    channel.basic_publish("", "p", body)
    ((_, _, back),) = drain(channel, "p", 1)
    assert back == body, f"{size} bytes came back as {len(back)}"
connection.close()
