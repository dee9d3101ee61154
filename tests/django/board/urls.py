"""Which address leads to which view."""

from django.urls import path

from tests.django.board import views

urlpatterns = [
    path("write/", views.write),
    path("slow/", views.slow),
    path("count/", views.count),
    path("greet/", views.greet),
    path("fail/", views.fail),
]
