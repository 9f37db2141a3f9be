"""Questions in plain words, Chinese or English, answered offline: a vocabulary, a grammar, and insight's figures.

`lexicon` knows the words, `lattice` divides a text into them (typos and pinyin forgiven), `compose` makes of them what
is asked, `answers` asks insight for it. No network; the same text over the same data gives the same answer.
"""
