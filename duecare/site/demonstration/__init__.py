"""Half a year of a clinic that does not exist, recorded as a real one's would be, to look at and to try.

`content/story.yaml` tells what happened, `content/computers.json` what healthy computers report; `story.py`
and `computers.py` read them. `telling.py` puts one event after another on the record, through the actions
that the pages call, at the time that the story says; `making.py` brings up the home. The origin of its
ledger begins with `demonstration/`: by that every page, report and checkpoint says what it is.
"""
