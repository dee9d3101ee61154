"""Consumers look at Django's settings, so these tests need some: the example's."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")
django.setup()
