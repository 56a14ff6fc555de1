"""Looking for mistakes: each check is given a case and says what it found, and no check knows another."""
