"""The teacher's tools. Nothing here imports Textual, sends anything, or asks anybody's name."""
