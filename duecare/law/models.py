"""The records of the law; Django finds them here."""
