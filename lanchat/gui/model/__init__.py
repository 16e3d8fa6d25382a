"""What each screen shows, as plain data and rules: no tkinter, no clock, no I/O."""
