"""Videos of cameras: fetched and decoded in a process of their own, a thread each, handed over by shared memory."""
