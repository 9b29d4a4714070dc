"""`python -m xinqiao.cli` is `xinqiao`."""

from xinqiao.cli import main

main()
