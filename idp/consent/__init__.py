"""What a citizen allowed a client to know and to do. Recorded exactly as it was shown."""
