"""Tutorial 1: one message through the default exchange."""

from broker import connect

connection, channel = connect()
declared = channel.queue_declare(queue="hello")
assert declared.method.queue == "hello", declared
assert declared.method.message_count == 0, declared

channel.basic_publish(exchange="", routing_key="hello", body=b"Hello World!")

received = []


def on_message(ch, method, properties, body):
    assert method.exchange == "" and method.routing_key == "hello", method
    assert not method.redelivered, method
    received.append(body)
    ch.stop_consuming()


tag = channel.basic_consume(queue="hello", on_message_callback=on_message, auto_ack=True)
connection.call_later(10, channel.stop_consuming)
channel.start_consuming()
assert received == [b"Hello World!"], received

assert channel.queue_declare(queue="hello", passive=True).method.message_count == 0
connection.close()
