"""The pages around the chat: a list of rooms, a room, and signing up."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.shortcuts import redirect, render
from django.views.generic import FormView

from chat.models import Room


@login_required
def index(request):
    """List the rooms in which something was said, and offer to enter any."""
    return render(request, "chat/index.html", {"rooms": Room.objects.all()})


@login_required
def room(request, room):
    """Show a room; its messages come through a websocket and the history."""
    return render(request, "chat/room.html", {"room": room})


class SignUpView(FormView):
    """Make an account and sign in with it."""

    form_class = UserCreationForm
    template_name = "chat/signup.html"

    def form_valid(self, form):
        """Keep the account and go to the rooms."""
        login(self.request, form.save())
        return redirect("index")
