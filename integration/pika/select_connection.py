"""An asynchronous client: it publishes with confirms, and consumes."""

import pika
from broker import parameters

COUNT = 1000


class Client:
    """Steps through its life by callbacks, and stops its loop at the end."""

    def __init__(self):
        self.unconfirmed = set(range(1, COUNT + 1))
        self.received = []
        self.problem = "nothing happened"
        self.connection = pika.SelectConnection(
            parameters(),
            on_open_callback=lambda c: c.channel(on_open_callback=self.on_channel),
            on_open_error_callback=lambda c, e: self.end(e),
            on_close_callback=lambda c, e: c.ioloop.stop(),
        )
        self.connection.ioloop.call_later(30, lambda: self.end("too slow"))

    def end(self, problem):
        self.problem = problem
        if self.connection.is_open:
            self.connection.close()
        else:
            self.connection.ioloop.stop()

    def on_channel(self, channel):
        self.channel = channel
        channel.add_on_close_callback(lambda ch, why: self.problem is None or self.end(why))
        channel.queue_declare("async", exclusive=True, callback=self.on_queue)

    def on_queue(self, frame):
        self.channel.basic_qos(prefetch_count=50, callback=self.on_qos)

    def on_qos(self, frame):
        self.channel.basic_consume("async", self.on_message, callback=self.on_consume)

    def on_consume(self, frame):
        self.channel.confirm_delivery(ack_nack_callback=self.on_confirm, callback=self.on_select)

    def on_select(self, frame):
        for i in range(COUNT):
            self.channel.basic_publish("", "async", str(i))

    def on_confirm(self, frame):
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            return self.end(f"not confirmed: {frame}")
        tag = frame.method.delivery_tag
        if frame.method.multiple:
            self.unconfirmed = {t for t in self.unconfirmed if t > tag}
        else:
            self.unconfirmed.remove(tag)
        self.finish()

    def on_message(self, channel, method, properties, body):
        self.received.append(int(body))
        channel.basic_ack(method.delivery_tag)
        self.finish()

    def finish(self):
        if not self.unconfirmed and len(self.received) == COUNT:
            self.end(None)


client = Client()
client.connection.ioloop.start()
assert client.problem is None, f"{client.problem}: {len(client.unconfirmed)} unconfirmed, {len(client.received)} received"
assert client.received == list(range(COUNT)), "out of order"
