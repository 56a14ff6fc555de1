"""The paused authorization request: stored while the person proves and agrees, taken up again from what is stored.

`dispatch` decides the next step in one function. Whoever paused the request (`oauth` now, the ESIA dialect later) is come
back to at the request's `return_path`.
"""
