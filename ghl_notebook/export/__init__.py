"""DataFrames as files, and for tools that do not accept lists or time zones."""

from .csv_file import write_csv
from .excel_file import write_excel
from .flat import flatten

__all__ = ["flatten", "write_csv", "write_excel"]
