"""Data keys: what belongs to a patient is sealed by a key of that patient's own, and the key is sealed by one of `keys/rp`.

    key-encryption key (a file) ──seals──▶ data key (a row, one owner) ──seals──▶ rows and files of that owner

So the key-encryption key is exchanged without touching what is sealed, and to destroy a data key is to destroy everything
that it sealed; in older copies of the database too, once the key-encryption key of their day has been exchanged. What belongs
to no patient is sealed by the vault of `ground`.
"""
