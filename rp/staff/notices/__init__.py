"""What the registry tells everybody: published by a registrar, and how many people it has reached."""
