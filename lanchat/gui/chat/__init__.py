"""The screen of a server that one has joined: its rooms, people and messages."""
