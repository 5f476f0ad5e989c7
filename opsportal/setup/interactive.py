"""Asks for what set-up cannot make by itself, and tests each answer before it is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from getpass import getpass

from opsportal.lib.kinds import SettingsError
from opsportal.setup.step import SetupError
from opsportal.setup.topics.base import Question, RefusedError, Topic
from opsportal.setup.topics.bucket import BucketTopic
from opsportal.setup.topics.channels import EmailTopic, SlackTopic
from opsportal.setup.topics.markets import AlpacaTopic, TradierTopic

TOPICS: tuple[type[Topic], ...] = (SlackTopic, EmailTopic, BucketTopic, TradierTopic, AlpacaTopic)
AGAIN = Question("again", "Try again? [Y]es, [k]eep it all the same, [s]kip", is_optional=True)

Ask = Callable[[Question], str]
Say = Callable[[str], None]


def ask_at_terminal(question: Question) -> str:
    read = getpass if question.is_secret else input
    return read(f"  {question.text}: ").strip()


def ask_for_all(say: Say, ask: Ask = ask_at_terminal) -> None:
    """Raises SetupError without a terminal. Stopped half-way, what was kept stays kept."""
    if ask is ask_at_terminal and not sys.stdin.isatty():
        raise SetupError("--interactive asks questions, and there is no terminal to ask at")
    say("Enter skips each of these; secrets are not shown, and are stored encrypted.")
    for topic in TOPICS:
        try:
            _ask_for(topic(), say, ask)
        except (EOFError, KeyboardInterrupt):
            raise SetupError("Stopped; what was tested and kept before stays.") from None


def _ask_for(topic: Topic, say: Say, ask: Ask) -> None:
    already = topic.already()
    if already:
        say(f"{topic.title}: {already}")
        return
    say(f"{topic.title}:")
    while True:
        answers = _answers(topic, ask)
        if answers is None:
            say("  skipped")
            return
        is_refused = _refused(topic, answers, say)
        word = ask(AGAIN).lower()[:1] if is_refused else "k"
        if word == "k":
            _keep(topic, answers, say)
            return
        if word == "s":
            say("  skipped")
            return


def _answers(topic: Topic, ask: Ask) -> dict[str, str] | None:
    """None when the first was left empty, or another that has to be given."""
    answers: dict[str, str] = {}
    for question in topic.questions:
        answers[question.name] = ask(question)
        if not answers[question.name] and not question.is_optional:
            return None
    return answers


def _refused(topic: Topic, answers: dict[str, str], say: Say) -> bool:
    try:
        say(f"  tested: {topic.test(answers)}")
    except (RefusedError, SettingsError) as error:
        say(f"  it does not work: {error}")
        return True
    return False


def _keep(topic: Topic, answers: dict[str, str], say: Say) -> None:
    try:
        say(f"  kept: {topic.keep(answers)}")
    except (RefusedError, SettingsError) as error:
        say(f"  it cannot be kept: {error}")
