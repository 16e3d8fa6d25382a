"""The first screen: the rooms around us."""
