"""A model that is none: it answers at once, and misbehaves on demand.

POST /complete   a prompt with "busy:N" gets 429 N times; with "broken" always 500; with "bad" 400
GET  /calls      when it was asked what, for whoever wants to check
"""

import collections
import os
import re
import threading
import time

import web

lock = threading.Lock()
calls = []
tried = collections.Counter()


def judge(request):
    """The status of the answer to a request."""
    prompt = request["prompt"]
    with lock:
        tried[prompt] += 1
        calls.append({"model": request["model"], "prompt": prompt, "tokens": len(prompt) // 4 + request.get("max_tokens", 256), "at": time.time()})
        busy = re.search(r"busy:(\d+)", prompt)
        if busy and tried[prompt] <= int(busy[1]):
            return 429
    return 500 if "broken" in prompt else 400 if "bad" in prompt else 200


class Handler(web.JSONHandler):
    def do_POST(self):
        request = self.asked()
        status = judge(request)
        self.answer(status, {"text": request["prompt"][::-1]} if status == 200 else {"error": status})

    def do_GET(self):
        with lock:
            self.answer(200, list(calls))


if __name__ == "__main__":
    web.serve("model", int(os.environ.get("MODEL_PORT", "8081")), Handler)
