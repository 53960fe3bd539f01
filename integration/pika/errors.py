"""What a client is told when it asks for something wrong."""

from broker import connect
from pika.exceptions import ChannelClosedByBroker

connection, channel = connect()
channel.queue_declare("q", durable=False)
channel.exchange_declare("x", "direct")


def publish_nowhere(ch):
    ch.confirm_delivery()
    ch.basic_publish("nowhere", "", b"")


for code, text, act in [
    (404, "NOT_FOUND - no queue 'nope' in vhost '/'", lambda ch: ch.queue_declare("nope", passive=True)),
    (404, "NOT_FOUND - no queue 'nope' in vhost '/'", lambda ch: ch.basic_get("nope")),
    (404, "NOT_FOUND - no queue 'nope' in vhost '/'", lambda ch: ch.basic_consume("nope", print)),
    (404, "NOT_FOUND - no exchange 'nope' in vhost '/'", lambda ch: ch.exchange_declare("nope", passive=True)),
    (404, "NOT_FOUND - no exchange 'nope' in vhost '/'", lambda ch: ch.queue_bind("q", "nope", "k")),
    (404, "NOT_FOUND - no exchange 'nowhere' in vhost '/'", publish_nowhere),
    (406, "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'",
     lambda ch: ch.queue_declare("q", durable=True)),
    (406, "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'topic' but current is 'direct'",
     lambda ch: ch.exchange_declare("x", "topic")),
    (403, "amq.", lambda ch: ch.queue_declare("amq.mine")),
    (403, "amq.", lambda ch: ch.exchange_declare("amq.mine", "direct")),
]:
    ch = connection.channel()
    try:
        act(ch)
        raise AssertionError(f"{text}: no error")
    except ChannelClosedByBroker as e:
        assert e.reply_code == code and text in e.reply_text, (text, e)
    # The others live on.
    assert channel.queue_declare("q", passive=True).method.queue == "q"

ch = connection.channel()
try:
    ch.basic_ack(delivery_tag=99)
    ch.queue_declare("q", passive=True)
    raise AssertionError("an unknown delivery tag was accepted")
except ChannelClosedByBroker as e:
    assert e.reply_code == 406 and e.reply_text == "PRECONDITION_FAILED - unknown delivery tag 99", e
connection.close()
