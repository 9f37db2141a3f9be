"""From the city's scene to a drawing for any renderer: symbols as sprites, ways and areas as columns.

What did not change from one drawing to the next is the very same layer; what is heavy is made in a thread.
"""
