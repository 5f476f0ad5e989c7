"""The sections of the file, in the order in which they need each other."""

from opsportal.configuration.base import Section
from opsportal.configuration.boards import Boards
from opsportal.configuration.channels import Channels
from opsportal.configuration.checks import Checks
from opsportal.configuration.plans import Plans
from opsportal.configuration.routes import Routes
from opsportal.configuration.schedules import Schedules
from opsportal.configuration.thresholds import Thresholds

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (Channels(), Checks(), Thresholds(), Routes(), Plans(), Schedules(), Boards())
}
NAMES = frozenset(SECTIONS)
