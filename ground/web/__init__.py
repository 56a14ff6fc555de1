"""The kit every page is made with: Flask application, cookies, CSRF, headers, error pages, languages, themes, parts and charts.

The only package of `ground` that imports Flask. It owns the look (`static/`, `templates/parts.html`), not the pages: an
application hands a `Site` to `application.make_flask` and writes its own templates on `layout.html`.
"""
