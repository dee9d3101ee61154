"""Django settings with nothing but a database, as the consumers' peers need one."""

SECRET_KEY = "for measurements only"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["channels"]
USE_TZ = True
ALLOWED_HOSTS = ["*"]
