"""The registry's API for applications that hold a citizen's access token. The token alone decides; no cookie is looked at."""
