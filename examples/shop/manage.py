"""Small chores, on the command line."""
import argparse

from shop import stock
from shop.db import Base, engine
from shop.webhooks import replay


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chore", choices=["create-tables", "import-stock", "replay"])
    parser.add_argument("--file", default="stock.csv")
    arguments = parser.parse_args()
    if arguments.chore == "create-tables":
        Base.metadata.create_all(engine)
        print("tables created")
    elif arguments.chore == "import-stock":
        print(stock.import_stock(arguments.file), "lines")
    else:
        print(replay([]))


if __name__ == "__main__":
    main()
