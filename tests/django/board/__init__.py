"""A small project whose live tests are run by Django's own test runner."""
