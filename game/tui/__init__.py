"""The game on a terminal, drawn by Textual."""
