"""What a child process gives up before it reads what may be an attack (SECURITY.md 16, 17).

The limits are those of setrlimit(2), and are for good: but a process of root's could raise them again, had it
been taken over, so serve as an ordinary user. They are not set where the system has no such call.
"""

from __future__ import annotations


def give_up_all_else(seconds: int, memory: int) -> None:
    """From here on: no file or connection can be opened, no process started, no byte written to a file.

    `seconds` of computing are left and `memory` bytes of address space. What is open stays open.
    """
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    )
    for limit, most in limits:
        _, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
