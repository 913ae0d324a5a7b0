"""Print the walk over the vendor's documents: ``python -m tests.contract``."""

from __future__ import annotations

from .walk import operations, see


def main() -> None:
    """Print a row for each operation, and how many are covered."""
    seen = [see(operation) for operation in operations()]
    print("| version | operation | method | answer | faults |")
    print("| --- | --- | --- | --- | --- |")
    for one in seen:
        asked = one.operation
        print(
            f"| {asked.version} | `{asked.method} {asked.template}` | `{one.asked_by}` "
            f"| {one.status} | {'; '.join(one.faults)} |"
        )
    print(f"\n{sum(not one.faults for one in seen)} of {len(seen)}")


if __name__ == "__main__":
    main()
