"""The schema's history: one file a change in `versions`, applied by `migrate`, never edited once released."""
