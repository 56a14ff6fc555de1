"""A code of six digits sent to the person's phone: single use, five minutes, five tries."""
