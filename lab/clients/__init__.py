"""The clients that are measured: one driver each, all speaking the protocol of :mod:`lab.clients.protocol`."""
