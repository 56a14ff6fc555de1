"""The person's inbox, and what they want to be told of."""
