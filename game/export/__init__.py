"""A story and its plays in other shapes: pages to read and print, maps, the web, ink."""
