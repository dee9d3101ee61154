"""The pages that Django serves."""

from django.contrib.auth.views import LoginView, LogoutView
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path, re_path

from chat.views import SignUpView, index, room

# As long as Room.name at most, and every character is legal in a group's name.
ROOM = r"(?P<room>[-a-zA-Z0-9_]{1,50})"

urlpatterns = [
    path("", index, name="index"),
    path("login/", LoginView.as_view(template_name="chat/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", SignUpView.as_view(), name="signup"),
    re_path(rf"^chat/{ROOM}/$", room, name="room"),
    *staticfiles_urlpatterns(),
]
