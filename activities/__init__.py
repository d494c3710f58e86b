"""The hands: the only room that writes records or reaches outside."""
