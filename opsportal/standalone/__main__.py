"""`python -m opsportal.standalone --url URL`: the monitor installed alone."""

import sys

from opsportal.standalone.monitor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
