"""Sound and pictures of calls: WebRTC legs, mixing, the desk's devices, recording, speech; a process of its own."""
