"""The deployer: installs what two people signed, as a user of its own, and believes the server nothing.

It shares no file, key or right with the server but two directories, one for orders and one for results. It
loads neither Django nor the record. ansible-core runs as a process of its own and is never imported.
"""
