"""The OpenID Foundation's certification modules as local tests: one file for each, named after it.

They are our reading of each module's published summary, run against the provider in one process by a browser without
scripts. They replace no run of the suite itself; they keep us from breaking what it asks.
"""
