"""A process that stores files until it is killed: `python -m tests.rp.documents.storing_process PATIENT THREADS`.

Each line it writes is one acknowledged document: its id and the SHA-256 of what it holds.
"""

import os
import sys
import threading
from io import BytesIO

from werkzeug.datastructures import FileStorage

from rp import documents
from rp.realm import open_realm
from rp.settings import read_settings
from tests.rp.documents import files


def main(patient_id: str, threads: int) -> None:
    realm = open_realm(*read_settings(os.environ))
    content = files.noise(64 * 1024)

    def store() -> None:
        while True:
            sent = FileStorage(BytesIO(content), filename="scan.jpg")
            document = documents.store(realm, patient_id, sent, purpose="test", actor="patient:test")
            os.write(1, f"{document.id} {document.sha256}\n".encode())

    workers = [threading.Thread(target=store, daemon=True) for _number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
