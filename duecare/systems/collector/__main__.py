"""`python -m duecare.systems.collector`: the command."""

import sys

from .command import main

sys.exit(main())
