"""Half a year of a clinic that does not exist, recorded as a real one's would be, to look at and to try.

`content/story.yaml` tells what happened, `content/computers.json` what healthy computers report and
`content/lists.yaml` whose accounts and devices the clinic's services list; `story.py`, `computers.py` and
`lists.py` read them. `telling.py` puts one event after another on the record, through the actions that the
pages call, at the time that the story says; what belongs to one room alone stands beside it (`arranging.py`,
`bringing.py`, `counsel.py`, `happening.py`, `post.py`, `weighing.py`), and `teller.py` keeps who is who.
`making.py` brings up the home. The origin of its ledger begins with `demonstration/`: by that every page,
report and checkpoint says what it is.
"""
