"""The addresses of boards."""

from django.contrib import admin
from django.urls import path

from opsportal.access.needs import needs
from opsportal.boards import views

app_name = "boards"

_boards = admin.site.admin_view(needs(*views.NEEDED)(views.boards))
_board = admin.site.admin_view(needs(*views.NEEDED)(views.board))

urlpatterns = [
    path("", _boards, name="boards"),
    path("<slug:slug>/", _board, name="board"),
    path("<slug:slug>", _board),
    path(
        "<slug:slug>/<slug:key>.csv",
        admin.site.admin_view(needs(*views.NEEDED)(views.chart_csv)),
        name="csv",
    ),
]
