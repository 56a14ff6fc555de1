"""The couriers: mail to a relay of SMTP, SMS to a gateway of HTTP.

A courier hands one message over and knows nothing of the outbox, which says what may leave and how often it is tried.
`settings` are what an operator says of them, and `dispatching` makes of that what an outbox is given.
"""
