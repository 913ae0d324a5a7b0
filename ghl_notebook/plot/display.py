"""How a chart displays itself without a network: Vega-Lite for the front end, and a picture."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final

import altair as alt
import vl_convert

VEGALITE: Final = "application/vnd.vegalite.v5+json"
"""JupyterLab, Notebook 7, and VS Code draw this version; none of them knows that of Altair 6."""

_SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
_VERSION: Final = "5.20"
_PPI: Final = 144
_MAX_POINTS: Final = 2_000
"""Above this many rows of data, a chart is a picture only, so that notebooks stay small."""


class _Displayed:
    """Displays a chart without a network, unless the user has chosen one of Altair's renderers."""

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:
        if alt.renderers.active != "default":
            return super()._repr_mimebundle_(*args, **kwargs)  # type: ignore[misc]
        spec: dict[str, Any] = {**self.to_dict(), "$schema": _SCHEMA}  # type: ignore[attr-defined]
        png = _smaller(vl_convert.vegalite_to_png(spec, vl_version=_VERSION, ppi=_PPI))
        text = text_of(spec)
        data: dict[str, Any] = {"image/png": png, "text/plain": text}
        if sum(map(len, spec.get("datasets", {}).values())) <= _MAX_POINTS:
            data[VEGALITE] = spec
        width, height = (round(size * 72 / _PPI) for size in struct.unpack(">II", png[16:24]))
        return data, {"image/png": {"width": width, "height": height, "alt": text}}


class Chart(_Displayed, alt.Chart):
    """A chart of one view."""


class LayerChart(_Displayed, alt.LayerChart):
    """Views on top of each other."""


class FacetChart(_Displayed, alt.FacetChart):
    """A panel per value."""


class VConcatChart(_Displayed, alt.VConcatChart):
    """Charts below each other."""


_DISPLAYED: Final[dict[type, type]] = {
    alt.Chart: Chart,
    alt.LayerChart: LayerChart,
    alt.FacetChart: FacetChart,
    alt.VConcatChart: VConcatChart,
}


def displayed(chart: Any) -> Any:
    """Return the same chart, which displays itself without a network."""
    # The constructors would lay out layers and panels again; Altair's attributes go into the spec.
    object.__setattr__(chart, "__class__", _DISPLAYED[type(chart)])
    return chart


def text_of(spec: dict[str, Any]) -> str:
    """Return a chart in words: its title and subtitle, or the text of an empty chart."""
    title = spec.get("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    parts = [title.get(name, ()) for name in ("text", "subtitle")]
    lines = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    mark = spec.get("mark", {})
    return ". ".join(filter(None, lines)) or str(mark.get("text", "A chart"))


def _smaller(png: bytes) -> bytes:
    """Compress a PNG again: vl-convert hardly does."""
    chunks, pixels, at = [], b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            pixels += png[at + 8 : at + 8 + length]
        else:
            chunks.append(png[at : at + length + 12])
        at += length + 12
    body = b"IDAT" + zlib.compress(zlib.decompress(pixels), 9)
    packed = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return b"".join([png[:8], *chunks[:-1], packed, chunks[-1]])
