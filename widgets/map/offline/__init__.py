"""Base maps on the screen: which one is shown, what of it is kept for work without a network, what is seen then."""
