"""Small widgets: a model in, a message out."""
