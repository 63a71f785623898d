"""The puller: fetches reports from hosts over SSH, as a user of its own and an ordinary account there.

It shares one directory with the server, into which it writes, and believes nothing that comes back: a report
is bounded in size here and parsed by the server, in a child process. ansible-core is never imported.
"""
