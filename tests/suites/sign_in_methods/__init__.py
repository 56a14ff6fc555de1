"""Every way in, gone to every outcome."""
