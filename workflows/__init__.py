"""The story: waiting, timers, messages, continue-as-new; no decision of their own."""
