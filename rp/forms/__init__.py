"""Forms declared once: the declaration reads what was sent, says each field's own error, and is what the page draws.

Knows no room of the registry. `formats` has the readers of values, `form` the declaration; `forms.html` draws it.
"""
