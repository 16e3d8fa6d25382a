"""What the desktop around the window does: notices, clipboard, file manager, task bar, light or dark."""
