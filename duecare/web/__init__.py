"""The furniture: layout, components, lists and charts that every area's pages are made of.

It knows how things are shown and nothing about what they mean. It imports no other room.
"""
