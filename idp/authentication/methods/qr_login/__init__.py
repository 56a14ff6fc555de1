"""Sign-in by a QR code: the page shows it, a telephone of the person reads it and says yes. Owns no table of its own: devices and
what they are asked are the business of `authentication/devices`."""
