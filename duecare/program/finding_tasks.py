GAP_DAYS = "gap_days"
