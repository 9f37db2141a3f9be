"""What helps a leader beside the numbers themselves: questions in plain words, documents. No Qt."""
