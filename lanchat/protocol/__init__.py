"""The wire as a pure core: frames, bytes, text rules, legal order. No I/O, no clock, no thread, no randomness.

limits     every size, and the codes of refusals
frames     the typed frames, one union for each direction;  entries  those that last;  fields  what they hold
moderation what people with a role may ask for, and which role each needs
rooms, presence, files, transfer, query   frames and fields of rooms, of who is here, of files, of searching
codec      bytes to frames and back (JSON lines)
plain      bytes to frames and back (people with nc, the classic tutorial client)
detect     which of the dialects a new connection speaks
handshake  who may say what when, and what a member signs
words      what search takes for a word, and where words stand
text       what a nickname, a message and a server's name may hold
duration   lengths of time as people write them
target     what a user may type as a place to join
"""
