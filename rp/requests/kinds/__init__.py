"""The kinds of request, independent of one another: what each asks, who decides it, and what is done when it is granted."""
