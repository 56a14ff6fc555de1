"""Who beside citizens has to do with the register: organisations, their systems, and the people who work there.

The registry's own knowledge, entered by an operator. That somebody works somewhere counts only while the provider says so too.
"""
