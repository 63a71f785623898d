"""How each language writes days, times and numbers (Django's FORMAT_MODULE_PATH); what is not said here is
Django's own. Used by name: `{{ day|date:"DATE_FORMAT" }}`, `duecare/web/figures.py`."""
