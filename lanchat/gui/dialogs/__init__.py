"""Small windows that ask or show one thing; they keep and send nothing themselves."""
