"""Tables of counts that others published: a small descriptor, the figures, and what an attacker makes of them."""
