"""Files that want to hurt us, built here, and what becomes of them."""
