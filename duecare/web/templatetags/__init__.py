"""Template tags of the furniture: `{% load furniture %}`."""
