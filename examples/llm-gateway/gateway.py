"""The gateway: takes requests over HTTP, queues them, and tells how they fare.

POST /v1/requests               {"model", "prompt", "max_tokens", "priority"} -> 202 {"id", …}
GET  /v1/requests/ID            the request, its status and its history
GET  /v1/requests/ID/events     the same as server-sent events, until it has ended
"""

import json
import os
import queue
import threading

import pika

import broker
import web
from jobs import Jobs

jobs = Jobs()
outgoing = queue.Queue(maxsize=1000)


class Refused(Exception):
    """The broker did not take a request."""


class Publisher(threading.Thread):
    """Publishes what is in outgoing, and waits for each confirm: a request that was answered 202 is safe."""

    daemon = True

    def run(self):
        connection = channel = None
        while True:
            body, properties, model, answer = outgoing.get()
            try:
                if connection is None or not connection.is_open:
                    connection = broker.connect()
                    channel = connection.channel()
                    channel.confirm_delivery()
                channel.basic_publish(broker.REQUESTS, model, body, properties, mandatory=True)
                answer.put(None)
            except pika.exceptions.UnroutableError:
                answer.put(Refused(f"no such model: {model}"))
            except pika.exceptions.AMQPError as error:
                connection = None
                answer.put(Refused(f"try again: {error!r}"))


class News(threading.Thread):
    """Hears what workers say of jobs, and sees what ends up among the dead letters, where it leaves it."""

    daemon = True

    def run(self):
        while True:
            try:
                self.listen(broker.connect())
            except pika.exceptions.AMQPError:
                continue

    def listen(self, connection):
        channel = connection.channel()
        mine = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(mine, broker.STATUS, "#")
        channel.basic_consume(mine, self.status, auto_ack=True)
        channel.basic_consume(broker.DEAD, self.dead, auto_ack=True, arguments={"x-browse": True})
        channel.start_consuming()

    def status(self, channel, method, properties, body):
        news = json.loads(body)
        jobs.note(method.routing_key, **news)

    def dead(self, channel, method, properties, body):
        death = properties.headers["x-death"][0]
        jobs.note(properties.correlation_id, "failed", reason=death["reason"])


def submit(request):
    """Queues a request, and returns its job."""
    model, prompt = request["model"], request["prompt"]
    cost = broker.tokens(prompt, int(request.get("max_tokens", 256)))
    job = jobs.add(request)
    properties = pika.BasicProperties(
        delivery_mode=2,  # persistent
        content_type="application/json",
        correlation_id=job["id"],
        priority=broker.PRIORITIES[request.get("priority", "normal")],
        headers={"x-tokens": cost},
    )
    jobs.note(job["id"], "queued", tokens=cost)
    answer = queue.Queue()
    outgoing.put((json.dumps(request).encode(), properties, model, answer))
    problem = answer.get()
    if problem:
        jobs.note(job["id"], "failed", reason=str(problem))
        raise problem
    return job


class Handler(web.JSONHandler):
    def do_POST(self):
        if self.path != "/v1/requests":
            return self.answer(404, {"error": "there is only /v1/requests"})
        try:
            job = submit(self.asked())
        except (KeyError, TypeError, ValueError) as error:
            return self.answer(400, {"error": f"not a request: {error!r}"})
        except Refused as error:
            return self.answer(503, {"error": str(error)})
        self.answer(202, {"id": job["id"], "events": f"/v1/requests/{job['id']}/events"})

    def do_GET(self):
        job_id, _, events = self.path.removeprefix("/v1/requests/").partition("/")
        job = jobs.get(job_id)
        if job is None:
            return self.answer(404, {"error": f"no request {job_id}"})
        if events == "events":
            return self.stream(job_id)
        self.answer(200, job)

    def stream(self, job_id):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for news in jobs.follow(job_id):
                text = ": still here\n\n" if news is None else f"event: {news['status']}\ndata: {json.dumps(news)}\n\n"
                self.wfile.write(text.encode())
                self.wfile.flush()
        except OSError:
            pass  # nobody listens any more
        self.close_connection = True


if __name__ == "__main__":
    Publisher().start()
    News().start()
    web.serve("gateway", int(os.environ.get("GATEWAY_PORT", "8080")), Handler)
