"""Reaching hosts over SSH as a user of one's own, apart from the server: what deploying and pulling share.

Nothing here knows of Django or the record. ansible-core runs as a process of its own and is never imported.
"""
