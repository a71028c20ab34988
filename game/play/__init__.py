"""A play: one step function, its saves, its journal."""
