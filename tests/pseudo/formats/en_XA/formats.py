"""Unlike any language's, so that a day or number that was not written by the reader's language shows."""

DATE_FORMAT = "Y/j/F"
SHORT_DATE_FORMAT = "Y/j/M"
MONTH_DAY_FORMAT = "j/M"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y/j/F H:i"
SHORT_DATETIME_FORMAT = "Y/j/M H:i"
DECIMAL_SEPARATOR = "·"
THOUSAND_SEPARATOR = "’"
NUMBER_GROUPING = 1
