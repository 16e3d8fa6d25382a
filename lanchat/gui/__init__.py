"""The window: screens made of our own theme on plain ttk; it talks to the rest through client and discovery alone."""
