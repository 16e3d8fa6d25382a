"""What stands between this computer and the rooms of its network: finds out, judges, and says what to do.

Command and window do the same: `examine` or `visit` in a thread of theirs, then `judge` or `judge_visit`; to pass the
report on, `without_private` in between.

report         what is found: findings, a verdict on top; as text and for programs    pure
facts          what was seen, before anybody judges it                                 pure
judge          facts to a report, by a table of rules                                  pure
judge_computer, judge_network   these rules                                            pure
opening        how each firewall is opened: the exact commands                         pure
private        facts without what is nobody else's business                            pure
packet_filter  whether rules of a firewall let a packet in                             pure
nftables, iptables, ufw, firewalld   what these programs print, as such rules          pure
firewall       asks those programs
proc           what Linux tells in /proc, and which process holds a port
links          the network interfaces, those that are down too
ports          whether our ports are free, ours, or somebody else's
probe          asks all, and listens what comes back
examine        all of it, in a bounded time
host           one server, step by step
judge_host     those steps to a report                                                 pure
"""
