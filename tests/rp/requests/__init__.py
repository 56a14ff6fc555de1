"""What people ask of the register, from both sides of the window."""
