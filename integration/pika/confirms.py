"""Publisher confirms and returned messages on a blocking channel."""

import pika
from broker import connect

connection, channel = connect()
channel.confirm_delivery()
channel.queue_declare("c", durable=True)
persistent = pika.BasicProperties(delivery_mode=2)
for i in range(50):
    channel.basic_publish("", "c", str(i), persistent, mandatory=True)
assert channel.queue_declare("c", passive=True).method.message_count == 50

try:
    channel.basic_publish("", "no such queue", b"lost", mandatory=True)
    raise AssertionError("an unroutable message was accepted")
except pika.exceptions.UnroutableError as e:
    (returned,) = e.messages
    assert returned.method.reply_code == 312 and returned.method.reply_text == "NO_ROUTE", returned.method
    assert returned.method.routing_key == "no such queue" and returned.body == b"lost", returned

# Not mandatory: nobody hears of it, and it is confirmed.
channel.basic_publish("", "no such queue", b"lost")
assert channel.queue_purge("c").method.message_count == 50
assert channel.queue_delete("c").method.message_count == 0
connection.close()
