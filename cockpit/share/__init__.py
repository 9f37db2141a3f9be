"""A situation as one file that anyone can open: what is told, its ground, and the page. No Qt, no network.

`situation.situation_of` reads the picture, `page.page_of` writes the page; `deckgl.library` is deck.gl as pydeck ships
it, without an address of the outside world.
"""
