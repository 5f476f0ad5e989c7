"""Publishing, incidents and scheduled maintenance in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from alerts.routing_forms import MomentInput
from opsportal.statuspage.from_alert import from_alert
from opsportal.statuspage.logo import checked_logo
from opsportal.statuspage.models import (
    Component,
    Incident,
    IncidentUpdate,
    Page,
    Subscriber,
    Work,
)
from opsportal.statuspage.reading import is_over

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    PageBase = admin.ModelAdmin[Page]
    PageFormBase = forms.ModelForm[Page]
    ComponentBase = admin.ModelAdmin[Component]
    IncidentBase = admin.ModelAdmin[Incident]
    WorkBase = admin.ModelAdmin[Work]
    SubscriberBase = admin.ModelAdmin[Subscriber]
    UpdateBase = admin.StackedInline[IncidentUpdate, Incident]
else:
    PageBase = ComponentBase = IncidentBase = WorkBase = SubscriberBase = admin.ModelAdmin
    PageFormBase, UpdateBase = forms.ModelForm, admin.StackedInline


class PageForm(PageFormBase):
    new_logo = forms.FileField(
        required=False, help_text="PNG, JPEG or WebP of at most 200 kB; replaces the one there is"
    )

    class Meta:
        model = Page
        fields = ("published", "title", "introduction", "colour", "mail_sender")
        # The admin takes help for HTML, and would swallow the address in its angle brackets.
        help_texts = {"mail_sender": escape(Page._meta.get_field("mail_sender").help_text)}

    def clean_new_logo(self) -> Any:
        given = self.cleaned_data.get("new_logo")
        return checked_logo(given) if given else None


@admin.register(Page)
class PageAdmin(PageBase):
    form = PageForm
    list_display = ("title", "published")
    fieldsets = (
        (None, {"fields": ("published", "title", "introduction")}),
        ("How it looks", {"fields": ("colour", "new_logo")}),
        ("By e-mail", {"fields": ("mail_sender",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every page of the admin asks, for its list of apps; only its own pays a query."""
        if not super().has_add_permission(request):
            return False
        return "/statuspage/page/" not in request.path or not Page.objects.exists()

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        logo = form.cleaned_data.get("new_logo")
        if logo:
            obj.logo, obj.logo_type = logo
        super().save_model(request, obj, form, change)


@admin.register(Component)
class ComponentAdmin(ComponentBase):
    list_display = ("name", "group", "position")
    list_editable = ("position",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "description")}),
        ("Where it stands", {"fields": ("group", "position")}),
        ("How it is found to be", {"fields": ("checks",)}),
    )
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("checks",)


FIELDS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    # A page has a handful of components: they are ticked.
    models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": MomentInput},
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 80})},
}


class UpdateInline(UpdateBase):
    model = IncidentUpdate
    formfield_overrides = FIELDS
    min_num = 1

    def get_extra(self, request: HttpRequest, obj: Incident | None = None, **kwargs: object) -> int:
        """A new incident begins with one update, an old one gets another."""
        return 0 if obj is None else 1


@admin.register(Incident)
class IncidentAdmin(IncidentBase):
    list_display = ("title", "stage", "impact", "started_at")
    list_filter = ("impact",)
    date_hierarchy = "started_at"
    formfield_overrides = FIELDS
    inlines = (UpdateInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Incident]:
        return super().get_queryset(request).prefetch_related("updates")

    @admin.display(description="stage")
    def stage(self, incident: Incident) -> SafeString:
        """What its newest update says; only one that is resolved is over."""
        newest = next(iter(incident.updates.all()), None)
        word = newest.get_stage_display() if newest else "Nothing told"
        return format_html(
            '<span class="chip" data-status="{}">{}</span>',
            "unknown" if is_over(incident) else "degraded",
            word.lower(),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), **from_alert(request)}


@admin.register(Work)
class WorkAdmin(WorkBase):
    list_display = ("title", "starts_at", "ends_at")
    formfield_overrides = FIELDS
    fieldsets = (
        (None, {"fields": ("title", "text", "components")}),
        ("When (UTC)", {"fields": ("starts_at", "ends_at")}),
    )


@admin.register(Subscriber)
class SubscriberAdmin(SubscriberBase):
    """Nobody is subscribed by somebody else; who asks to be forgotten can be deleted."""

    list_display = ("email", "confirmed_at", "asked_at")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    search_fields = ("email",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Subscriber | None = None) -> bool:
        return False
