"""What a lab opens before it can begin: the application and its Django project."""

from typing import TYPE_CHECKING, Any, Literal

from asgilab.lab._import_string import add_to_path, check_application, load_application

if TYPE_CHECKING:
    from asgilab.django import Project


def open_application(application: Any, app_dir: str | None) -> Any:
    """Return the application, imported if it was given as an import string.

    Raises:
        ApplicationNotFound: The import string leads nowhere.
        NotAnApplication: It leads, or the object is, something else.
    """
    if isinstance(application, str):
        return load_application(application, app_dir)
    check_application(application, repr(application))
    return application


def open_project(
    settings: str | None, app_dir: str | None, database: Literal["test", "project"]
) -> "Project | None":
    """Set up the Django project of some settings; None where there are no settings.

    Raises:
        UsageError: The settings cannot be used.
    """
    if settings is None:
        return None
    add_to_path(app_dir)
    from asgilab.django import Project

    return Project(settings, database)
