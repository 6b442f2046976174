"""``python -m senformer``: the command line, where its script is not on the path."""

from senformer.cli.main import main

if __name__ == "__main__":
    main()
