"""Who gets in, what a refused client is told, and what the broker says it is."""

import pika
from broker import connect
from pika.exceptions import (
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

connection, channel = connect()
server = connection._impl.server_properties
capabilities = server["capabilities"]
for name in ["publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
             "connection.blocked", "consumer_priorities", "authentication_failure_close", "per_consumer_qos",
             "direct_reply_to"]:
    assert capabilities.get(name) is True, (name, capabilities)
assert server["product"] and server["version"], server
connection.close()

try:
    connect(credentials=pika.PlainCredentials("guest", "wrong"))
    raise AssertionError("a wrong password was accepted")
except ProbableAuthenticationError as e:
    assert "403" in repr(e) and "Login was refused using authentication mechanism PLAIN" in repr(e), repr(e)

try:
    connect(virtual_host="nope")
    raise AssertionError("a vhost that does not exist was opened")
except (ProbableAccessDeniedError, ConnectionClosedByBroker) as e:
    assert "530" in repr(e) and "vhost nope not found" in repr(e), repr(e)

# Heartbeats keep a quiet connection alive.
connection, channel = connect(heartbeat=1)
connection.sleep(4)
channel.queue_declare("alive", exclusive=True)
connection.close()
