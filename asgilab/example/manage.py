#!/usr/bin/env python
"""Django's command line for the chat project."""

import os
import sys

from django.core.management import execute_from_command_line


def main():
    """Run one of Django's commands on this project."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
