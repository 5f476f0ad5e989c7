"""What a file manages says so in the admin, where somebody would change it in vain."""

import pytest
from django.test import Client
from django.urls import reverse

from alerts.models import Threshold
from opsportal.models import ManagedObject

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(f"admin:alerts_threshold_{name}", args=arguments)).content.decode()


def test_what_no_file_manages_says_nothing(admin_client: Client) -> None:
    threshold = Threshold.objects.create(name="hot", metric="cpu_percent")
    assert "managed" not in page(admin_client, "change", threshold.pk)
    assert "managed" not in page(admin_client, "changelist").lower()


def test_its_form_names_the_file(admin_client: Client) -> None:
    threshold = Threshold.objects.create(name="hot", metric="cpu_percent")
    ManagedObject.objects.create(section="thresholds", name="hot", file="portal.yaml")
    assert "managed by the file portal.yaml" in page(admin_client, "change", threshold.pk)


def test_the_list_names_what_is_managed(admin_client: Client) -> None:
    ManagedObject.objects.create(section="thresholds", name="<b>hot", file="portal.yaml")
    assert "Managed by portal.yaml: &lt;b&gt;hot." in page(admin_client, "changelist")


@pytest.mark.parametrize("pk", ["x", "99999"])
def test_a_form_of_nothing_is_no_error(admin_client: Client, pk: str) -> None:
    url = reverse("admin:alerts_threshold_change", args=[pk])
    assert admin_client.get(url).status_code == 302
