"""Boards, each with its lines in their order."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Model
from rest_framework import serializers

from opsportal.boards.models import Board, Line
from opsportal.configuration.base import Part, Section


class _KnownFieldsOnly:
    def to_internal_value(self, data: Any) -> Any:
        known = self.fields  # type: ignore[attr-defined]
        unknown = sorted(set(data) - set(known), key=str) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
        return super().to_internal_value(data)  # type: ignore[misc]


class LineInFile(_KnownFieldsOnly, serializers.ModelSerializer[Line]):
    class Meta:
        model = Line
        fields = ("title", "label", "metric", "labels", "aggregation", "split_by")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        Line(**attrs).clean()
        return attrs

    def to_representation(self, instance: Line) -> dict[str, Any]:
        """What is as by default is left out."""
        usual = {"label": "", "labels": {}, "aggregation": "mean", "split_by": ""}
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if usual.get(name) != value}


class BoardInFile(_KnownFieldsOnly, serializers.ModelSerializer[Board]):
    lines = LineInFile(many=True)

    class Meta:
        model = Board
        fields = ("name", "slug", "description", "range", "lines")

    def create(self, validated_data: dict[str, Any]) -> Board:
        return self._save(Board(), validated_data)

    def update(self, instance: Board, validated_data: dict[str, Any]) -> Board:
        return self._save(instance, validated_data)

    @transaction.atomic
    def _save(self, board: Board, given: dict[str, Any]) -> Board:
        lines = given.pop("lines")
        for name, value in given.items():
            setattr(board, name, value)
        board.save()
        board.lines.all().delete()
        Line.objects.bulk_create(
            Line(board=board, position=10 * place, **line)
            for place, line in enumerate(lines, start=1)
        )
        return board


class Boards(Section):
    name = "boards"
    serializer = BoardInFile

    @property
    def rows(self) -> dict[str, Model]:
        return {row.name: row for row in Board.objects.prefetch_related("lines")}

    def parts(self, item: dict[str, Any], row: Model | None) -> tuple[Part, ...]:
        return ()
