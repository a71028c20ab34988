"""What can happen in a story: every reachable situation, and what follows from them."""
