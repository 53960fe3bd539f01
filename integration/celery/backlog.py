"""More tasks for later than a worker prefetches do not keep it from those that are due.

The worker raises its prefetch for each task that it holds until its time: as
one of the whole channel with a broker that calls itself RabbitMQ, else by the
letter of the specification, where every prefetch is one of the channel.
"""

from app import add, app, now

WINDOW = 8  # what a worker prefetches: four for each of two processes

for _ in range(3 * WINDOW):
    now.apply_async(countdown=3600)
assert [add.delay(n, 1).get(timeout=30) for n in range(WINDOW)] == list(range(1, WINDOW + 1))
app.close()
