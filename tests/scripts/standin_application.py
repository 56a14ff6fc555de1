"""A small program that answers the command lines of `idp` and `rp`, for the tests of scripts/start.

`python standin_application.py PORT [--instance bank] COMMAND [OPTION]`. Its server dies of GET /die with exit status 7.
Like Granian it has a worker, which shares the port and outlives it.
"""

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PERSON = {"key": "vera", "name": "Ромашкина Вера Тимофеевна", "phone": "+70000000017", "password": "romashka-17", "note": ""}


class Health(BaseHTTPRequestHandler):
    """GET /health is well, GET /die is the end."""

    def do_GET(self) -> None:
        if self.path == "/die":
            os._exit(7)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok", "environment": "test", "process": os.getpid()}).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def serve(port: int) -> None:
    server = HTTPServer(("127.0.0.1", port), Health)
    server.socket.set_inheritable(True)
    worker = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)

    def stop(*_: object) -> None:
        worker.kill()
        worker.wait()
        print("served", flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    server.serve_forever()


def main() -> None:
    port, *words = sys.argv[1:]
    is_bank = words[:1] == ["--instance"]
    command, *options = words[2:] if is_bank else words
    person = {**PERSON, "password": "oblepiha-17"} if is_bank else PERSON
    answers = {
        "keys": "keys are there",
        "prepare": "the database is at the present schema",
        "people": json.dumps([person], ensure_ascii=False),
        "phone-link": "http://127.0.0.1:1/phone?ticket=x",
    }
    if command == "serve" and port == "mute":
        signal.pause()
    elif command == "serve":
        serve(int(options[0] if options else port))
    elif command == "prepare" and port == "newer":
        sys.exit("The database is at revision abc, which this version does not know.")
    else:
        print(answers[command])


if __name__ == "__main__":
    main()
