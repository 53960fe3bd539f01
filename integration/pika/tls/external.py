"""TLS with a client certificate: the user is whom it names."""

import os
import ssl

import pika

context = ssl.create_default_context(cafile=os.environ["CA"])
context.load_cert_chain(os.environ["CERT"], os.environ["KEY"])
connection = pika.BlockingConnection(pika.ConnectionParameters(
    host="localhost",
    port=int(os.environ["AMQPS_PORT"]),
    ssl_options=pika.SSLOptions(context, "localhost"),
    credentials=pika.credentials.ExternalCredentials(),
    client_properties={"connection_name": "pika"},
))
channel = connection.channel()
channel.queue_declare(queue="pika")
for body in (b"Hello World!", b"x" * 1_000_000):
    channel.basic_publish(exchange="", routing_key="pika", body=body)
    method, _, got = channel.basic_get(queue="pika", auto_ack=True)
    assert method and got == body, method
connection.close()
