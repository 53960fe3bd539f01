"""Tutorial 5: a topic exchange; * is a word, # any number of words."""

from broker import connect, drain

BINDINGS = {
    "everything": ["#"],
    "kernel": ["kern.*"],
    "critical": ["*.critical"],
    "both": ["kern.*", "*.critical"],
    "deep": ["a.#.z"],
    "exact": ["kern.critical"],
    "empty": [""],
}
EXPECTED = {
    "kern.critical": ["everything", "kernel", "critical", "both", "exact"],
    "kern.info": ["everything", "kernel", "both"],
    "cron.critical": ["everything", "critical", "both"],
    "kern.info.more": ["everything"],
    "a.z": ["everything", "deep"],
    "a.b.c.z": ["everything", "deep"],
    "": ["everything", "empty"],
    "kern.": ["everything", "kernel", "both"],
}

connection, channel = connect()
channel.exchange_declare(exchange="topic_logs", exchange_type="topic")
for queue, keys in BINDINGS.items():
    channel.queue_declare(queue, exclusive=True)
    for key in keys:
        channel.queue_bind(queue, "topic_logs", routing_key=key)
for key in EXPECTED:
    channel.basic_publish("topic_logs", key, key.encode())

for queue in BINDINGS:
    want = [key for key, queues in EXPECTED.items() if queue in queues]
    got = [method.routing_key for method, _, _ in drain(channel, queue, len(want))]
    assert got == want, (queue, got, want)
    assert channel.basic_get(queue) == (None, None, None), queue
connection.close()
