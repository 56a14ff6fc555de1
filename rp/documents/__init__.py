"""What people hand in: files, judged by content, written anew, kept sealed, and handed back to whoever may see them.

Rooms above call it as `documents.store(…)`, mark their views with `documents.takes_files`, and import the macros of
`documents.html`. Who else than the owner may read a document, or needs it to stay, they say by an `Interest`.
"""

from rp.documents.document import Document, DocumentLost
from rp.documents.interest import Interest
from rp.documents.keeping import TOMBSTONE, destroy_of, find, of, open_content, remove, remove_again, store
from rp.documents.receiving import takes_files
from rp.documents.refusals import UploadRefused

__all__ = [
    "TOMBSTONE",
    "Document",
    "DocumentLost",
    "Interest",
    "UploadRefused",
    "destroy_of",
    "find",
    "of",
    "open_content",
    "remove",
    "remove_again",
    "store",
    "takes_files",
]
