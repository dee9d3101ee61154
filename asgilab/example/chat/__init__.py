"""A chat with rooms: Django for the pages, Channels for everything that is live."""
