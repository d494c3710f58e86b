"""The proof: folders mirror the rooms; what concerns the house as a whole stands here."""
