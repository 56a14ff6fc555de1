"""The shell of the registry's pages: its site, its base template, its English texts. Rooms above own what stands inside."""
