"""The notebook: magics, and what they show.
"""
