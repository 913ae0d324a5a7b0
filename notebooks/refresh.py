"""Run notebooks without a browser and save outputs: ``python notebooks/refresh.py [NAME ...]``.

Without a name, such as ``client-report``, all of them are run.
No widget state and nothing of this machine is saved. ``pytest --nbval notebooks`` then compares
the saved outputs with those of a new run.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parent


def refresh(path: Path) -> None:
    """Execute one notebook in place; the simulator plays the user."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute(env={**os.environ, "GHL_DEMO_USER": "simulated"})
    for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
        data = output.get("data", {})
        # Without its kernel a front end shows "model not found" in its place.
        data.pop("application/vnd.jupyter.widget-view+json", None)
        if "image/png" in data:
            picture = smaller(base64.b64decode(data["image/png"]))
            data["image/png"] = base64.b64encode(picture).decode()
    language = notebook.metadata.get("language_info", {}).get("name", "python")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": language},
        }
    )
    nbformat.write(notebook, path)


def smaller(png: bytes) -> bytes:
    """Return the same picture in less space: charts come hardly compressed."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(png)).save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    for found in sorted(FOLDER.glob("*.ipynb")):
        if not sys.argv[1:] or found.stem in sys.argv[1:]:
            refresh(found)
            print(f"refreshed {found.name}")
