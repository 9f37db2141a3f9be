"""Briefings 简报 (day, week, month, event, shift): a template of the pack, filled from the archive, to PDF and DOCX.

`template` reads what an office wrote, `compose` fills it to a `document.Document`, `check` looks it over before it is
released, `pdf` and `docx` write it. No network; the same archive, template and instant give the same document.
"""
