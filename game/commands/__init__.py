"""The commands, a file each: what words they take, and what they call."""
