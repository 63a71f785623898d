"""The people of the organisation, as lists tell them. That somebody is in a list lets nobody sign in."""
