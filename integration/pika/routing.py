"""Tutorial 4: a direct exchange, several keys a queue, each message once."""

from broker import connect, drain

connection, channel = connect()
channel.exchange_declare(exchange="direct_logs", exchange_type="direct")
queues = {"errors": ["error"], "all": ["info", "warning", "error", "error"]}
for queue, keys in queues.items():
    channel.queue_declare(queue, exclusive=True)
    for key in keys:
        channel.queue_bind(queue, "direct_logs", routing_key=key)

for severity in ["info", "error", "debug", "warning", "error"]:
    channel.basic_publish("direct_logs", severity, severity.encode())


def keys(queue, count):
    return [method.routing_key for method, _, _ in drain(channel, queue, count)]


assert keys("errors", 2) == ["error", "error"]
assert keys("all", 4) == ["info", "error", "warning", "error"]
assert channel.basic_get("all") == (None, None, None)

channel.queue_unbind("all", "direct_logs", routing_key="error")
channel.basic_publish("direct_logs", "error", b"last")
assert keys("errors", 1) == ["error"]
assert channel.basic_get("all") == (None, None, None)
connection.close()
