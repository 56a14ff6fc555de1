"""The resources of ESIA (`/rs/…`): what a token opens of a person and of organisations, one small module for each."""
