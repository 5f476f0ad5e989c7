"""Users in the admin: who may edit users may not become, or touch, a superuser by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Aggregate, CharField, OuterRef, Subquery, Value
from django.http import HttpRequest

from opsportal.access.models import Role, SecondFactor
from opsportal.access.sessions import end_all
from opsportal.audit.writing import note

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    UserBase = UserAdmin[User]
    RoleBase = admin.ModelAdmin[Role]
else:
    UserBase = UserAdmin
    RoleBase = admin.ModelAdmin

admin.site.unregister(User)


class _Lines(Aggregate):
    """Texts, each on a line of its own: with the rows that they belong to, in one query."""

    function = "GROUP_CONCAT"
    output_field = CharField()

    def __init__(self, text: str, **options: Any) -> None:
        super().__init__(text, Value("\n"), **options)

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **options)


@admin.register(User)
class PortalUserAdmin(UserBase):
    list_display = ("username", "email", "roles", "is_active", "is_superuser", "last_login")

    actions = ("end_sessions", "remove_second_factor")

    @admin.action(description="End all sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, users: Any) -> None:
        for user in (each for each in users if _may_touch(request, each)):
            note("ended sessions", name=user.get_username(), changes={"sessions": end_all(user)})
            self.message_user(request, f"{user} is logged out everywhere.")

    @admin.action(description="Remove the second factor", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, users: Any) -> None:
        """Of somebody who has lost it. That ends the sessions, too."""
        for user in (each for each in users if _may_touch(request, each)):
            SecondFactor.objects.filter(user=user).delete()
            end_all(user)
            note("removed", name=f"second factor of {user.get_username()}")
            self.message_user(request, f"{user} has no second factor any more.")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """There is nothing here for somebody who may not log in: who is added may."""
        obj.is_staff = obj.is_staff if change else True
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> Any:
        self.message_user(request, f"Give {obj} a role below: without one there is nothing to see.")
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description="roles")
    def roles(self, user: Any) -> str:
        return ", ".join(sorted((user.names_of_roles or "").splitlines()))

    def get_queryset(self, request: HttpRequest) -> Any:
        of_user = Group.objects.filter(user=OuterRef("pk")).order_by().values("user")
        names = of_user.annotate(names=_Lines("name")).values("names")
        return super().get_queryset(request).annotate(names_of_roles=Subquery(names))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        # Single permissions too: one may only hand on what a role gives.
        return (*fields, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and _may_touch(request, obj)


def _may_touch(request: HttpRequest, user: Any) -> bool:
    return user is None or request.user.is_superuser or not user.is_superuser


@admin.register(Role)
class RoleAdmin(RoleBase):
    """Which roles need a second factor."""

    list_display = ("__str__", "requires_second_factor")
    list_editable = ("requires_second_factor",)
    fields = ("requires_second_factor",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
