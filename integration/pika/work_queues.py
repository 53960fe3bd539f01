"""Tutorial 2: workers share a durable queue; what a dead one held goes on."""

import pika
from broker import connect, drain

TASKS = [f"task {i}".encode() for i in range(20)]

boss, channel = connect()
channel.queue_declare(queue="tasks", durable=True)
for task in TASKS:
    channel.basic_publish(
        exchange="",
        routing_key="tasks",
        body=task,
        properties=pika.BasicProperties(delivery_mode=2),
    )


def hire():
    """A worker that takes one task at a time, and its inbox."""
    connection, channel = connect()
    channel.basic_qos(prefetch_count=1)
    inbox = []
    channel.basic_consume("tasks", lambda ch, method, properties, body: inbox.append((method, body)))
    return connection, channel, inbox


workers = [hire(), hire()]
for connection, _, inbox in workers:
    while not inbox:
        connection.process_data_events(time_limit=1)
    connection.process_data_events(time_limit=0.2)
    assert len(inbox) == 1, f"prefetch 1, and {len(inbox)} tasks"

# The first worker dies with its task, the second goes on.
held = workers[0][2][0][1]
workers[0][0].close()
connection, ch, inbox = workers[1]
done = []
while len(done) < len(TASKS):
    while not inbox:
        connection.process_data_events(time_limit=1)
    method, body = inbox.pop(0)
    assert method.redelivered == (body == held), (method, body, held)
    done.append(body)
    ch.basic_ack(method.delivery_tag)
assert sorted(done) == sorted(TASKS), done
connection.close()

# A rejected task can come back, or not.
channel.basic_publish("", "tasks", b"hard")
method, _, body = channel.basic_get("tasks")
channel.basic_nack(method.delivery_tag, requeue=True)
((method, _, body),) = drain(channel, "tasks", 1)
assert body == b"hard" and method.redelivered, (method, body)
channel.basic_publish("", "tasks", b"impossible")
method, _, body = channel.basic_get("tasks")
channel.basic_reject(method.delivery_tag, requeue=False)
assert channel.basic_get("tasks") == (None, None, None)
boss.close()
