"""Telephones with the application of «Пропуск»: their keys, what they are asked, and what they answer.

Push approval and QR sign-in stand on this room; it knows neither. Owns the tables of devices and of what they are asked. A real
application and the telephone of the test stand come by the same door, `api`.
"""
