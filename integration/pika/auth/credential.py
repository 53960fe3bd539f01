"""A token for a password: what it allows, and its end."""

import os

import pika
from pika.exceptions import ChannelClosedByBroker, ConnectionClosedByBroker, ProbableAuthenticationError


def connect(token):
    return pika.BlockingConnection(pika.ConnectionParameters(
        host="localhost", port=int(os.environ["AMQP_PORT"]), credentials=pika.PlainCredentials("", token)))


try:
    connect(os.environ["AMQP_TOKEN"] + "x")
    raise AssertionError("a token with another signature was accepted")
except ProbableAuthenticationError as e:
    assert "403" in repr(e), repr(e)

connection = connect(os.environ["AMQP_TOKEN"])
channel = connection.channel()
channel.queue_declare("orders.py", exclusive=True)
channel.basic_publish("", "orders.py", b"hello")
try:
    connection.channel().queue_declare("other")
    raise AssertionError("a queue was declared that the token does not allow")
except ChannelClosedByBroker as e:
    assert e.reply_code == 403, repr(e)
    assert e.reply_text == "ACCESS_REFUSED - configure access to queue 'other' in vhost '/' refused for user 'alice'", repr(e)

# Nothing is said until the token expires.
try:
    connection.sleep(20)
    raise AssertionError("the token does not expire")
except ConnectionClosedByBroker as e:
    assert (e.reply_code, e.reply_text) == (320, "CONNECTION_FORCED - credential expired"), repr(e)
