"""What the HTTP servers of the example share."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class JSONHandler(BaseHTTPRequestHandler):
    """A handler that speaks JSON, and says nothing to the terminal."""

    protocol_version = "HTTP/1.1"

    def asked(self):
        """The body of the request. A ValueError says that it is no JSON."""
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(name, port, handler):
    """Serves on loopback until it is interrupted."""
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"{name} on http://127.0.0.1:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
