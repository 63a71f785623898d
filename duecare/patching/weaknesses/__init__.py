"""What the software that is installed is weak to: how urgent it is, and how long it has been open."""
