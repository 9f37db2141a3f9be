"""Questions answered with a model of the site: it plans and words, every figure is insight's own. Off by default.

`settings` says where it is, `tools` what it may ask, `proof` what of its words is shown, `journal` what left here.
Case texts never get here: a tool gives codes and numbers. Whatever the model does ends in an answer or one sentence.
"""
