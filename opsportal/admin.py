"""API tokens in the admin: made here, shown once, revoked rather than deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from opsportal.models import ApiToken
from opsportal.tokens import refusal, renew

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    TokenBase = admin.ModelAdmin[ApiToken]
else:
    TokenBase = admin.ModelAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(TokenBase):
    list_display = ("name", "prefix", "scope", "state", "last_used_at", "expires_at", "created_by")
    list_filter = ("scope",)
    search_fields = ("name", "prefix")
    fields = ("name", "scope", "expires_at", "prefix", "created_by", "created_at", "last_used_at")
    readonly_fields = ("prefix", "created_by", "created_at", "last_used_at")
    actions = ("revoke",)

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        refused = refusal(token, datetime.now(UTC))
        return refused.name.lower() if refused else "valid"

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["name", "scope", "expires_at"])
            return
        obj.created_by_id = request.user.pk
        secret = renew(obj)
        obj.save()
        messages.warning(request, f"Copy the token now, it is not shown again: {secret}")

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        count = tokens.filter(revoked_at=None).update(revoked_at=datetime.now(UTC))
        self.message_user(request, f"{count} tokens revoked. They are refused from now on.")
