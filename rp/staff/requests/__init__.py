"""The queue of requests for whoever decides them, and each of them with its decision."""
