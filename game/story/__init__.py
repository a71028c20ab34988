"""The language: YAML text in, a Story or diagnostics out."""
