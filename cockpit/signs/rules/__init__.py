"""Rules as data: what is wrong with one, whether it holds over the picture, and what it would have done earlier."""
