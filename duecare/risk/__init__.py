"""Know: how likely, how bad, and whether what we did was reasonable.

The arithmetic is pure and stands by itself: numpy and scipy, 64-bit floats, the same figures each time. What
it rests on is docs/risk-method.md.
"""
