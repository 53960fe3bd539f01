"""The jobs a gateway knows: what each asked for, and how it fares."""

import threading
import time
import uuid

ENDED = ("done", "failed")
KEPT = 10_000  # jobs; the oldest that have ended go first


class Jobs:
    """Jobs by id. Any thread may call."""

    def __init__(self):
        self._jobs = {}
        self._changed = threading.Condition()

    def add(self, request):
        """Takes up a request, and returns its job."""
        job = {"id": uuid.uuid4().hex, "model": request["model"], "history": []}
        with self._changed:
            self._jobs[job["id"]] = job
            for old in [i for i, j in self._jobs.items() if j["history"] and j["history"][-1]["status"] in ENDED][: max(0, len(self._jobs) - KEPT)]:
                del self._jobs[old]
        return job

    def note(self, job_id, status, **facts):
        """Adds to a job's history. What has ended stays so: news may come late, or twice."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None or job["history"] and job["history"][-1]["status"] in ENDED:
                return
            job["history"].append({"status": status, "at": time.time(), **facts})
            self._changed.notify_all()

    def get(self, job_id):
        """A job as it is now, None if there is none."""
        with self._changed:
            job = self._jobs.get(job_id)
            return job and {**job, "history": list(job["history"]), "status": job["history"][-1]["status"] if job["history"] else "new"}

    def follow(self, job_id, patience=15.0):
        """Yields a job's history as it grows, and None whenever nothing came for a while."""
        seen = 0
        while True:
            with self._changed:
                job = self._jobs.get(job_id)
                if job is None:
                    return
                if len(job["history"]) == seen:
                    self._changed.wait(patience)
                news = job["history"][seen:]
            seen += len(news)
            yield from news or [None]
            if news and news[-1]["status"] in ENDED:
                return
