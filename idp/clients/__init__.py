"""The information systems that send people here: what they registered, and how they prove who they are."""
