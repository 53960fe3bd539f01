"""A worker: asks the model what the queues hold. As many as you like may run.

How fast it goes, in which order, how often it is tried again and when, the
broker decides: topology.yaml says so. All that is left to do here is to ask,
and to tell how it went.
"""

import json
import os
import sys
import urllib.error
import urllib.request

import broker

MODEL_URL = os.environ.get("MODEL_URL", "http://127.0.0.1:8081/complete")


def ask(request):
    """The model's answer. An HTTPError says why there is none."""
    body = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(MODEL_URL, body), timeout=60) as response:
        return json.load(response)


def work(channel, method, properties, body):
    def tell(status, **facts):
        channel.basic_publish(broker.STATUS, properties.correlation_id, json.dumps({"status": status, **facts}).encode())

    attempt = 1 + (properties.headers or {}).get("x-delivery-count", 0)
    tell("running", attempt=attempt)
    try:
        answer = ask(json.loads(body))
    except urllib.error.HTTPError as error:
        if error.code == 429 or error.code >= 500:
            tell("waiting", attempt=attempt, code=error.code)
            channel.basic_nack(method.delivery_tag, requeue=True)  # comes back, later each time
        else:
            channel.basic_reject(method.delivery_tag, requeue=False)  # will never do: a dead letter
    except (urllib.error.URLError, TimeoutError):
        tell("waiting", attempt=attempt)
        channel.basic_nack(method.delivery_tag, requeue=True)
    else:
        tell("done", attempt=attempt, answer=answer)
        channel.basic_ack(method.delivery_tag)


def main(models):
    channel = broker.connect().channel()
    channel.basic_qos(prefetch_count=1)
    for model in models:
        channel.basic_consume(broker.queue_of(model), work)
    print(f"asking {', '.join(models)}", flush=True)
    channel.start_consuming()


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or ["small", "large"])
    except KeyboardInterrupt:
        pass
