"""The city in three dimensions: deck.gl in a WebEngine page that reaches nothing outside. Of the extra [web]."""
