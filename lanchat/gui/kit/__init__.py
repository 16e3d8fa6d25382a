"""What the window is made of: colours, fonts, images, and widgets that know no chat."""
