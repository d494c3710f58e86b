"""The plumbing: settings, log, Temporal client and plugin, the embedded engine."""
