"""More tasks for later than a worker prefetches do not keep it from those that are due.

The worker raises its prefetch for each task that it holds until its time. It
does so for the whole channel when the broker calls itself RabbitMQ, as it has
to: a prefetch of consumers is for those to come.
"""

from app import add, app, now

WINDOW = 8  # what a worker prefetches: four for each of two processes

for _ in range(3 * WINDOW):
    now.apply_async(countdown=3600)
assert [add.delay(n, 1).get(timeout=30) for n in range(WINDOW)] == list(range(1, WINDOW + 1))
app.close()
