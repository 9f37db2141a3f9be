"""The raster backend: pictures drawn by threads of its own with NumPy and QPainter; Qt's thread only shows them."""

import os

# Qt hands the lines of every antialiased shape to a pool of threads, which costs ten times what they take to fill;
# we share out whole pictures instead. Read by Qt when it first paints.
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
