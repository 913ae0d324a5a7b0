"""What colours look like: to the eye, on a page, and to eyes that lack a kind of cones.

Contrast as in WCAG 2; colour blindness by the matrices of Machado, Oliveira and Fernandes (2009)
for a complete lack; differences in Ottosson's Oklab, where 0.02 is just seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Light = np.ndarray[Any, np.dtype[np.float64]]

EYES: dict[str, Light] = {
    "all cones": np.eye(3),
    "no red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue cones": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def light_of(color: str) -> Light:
    """Return the linear red, green and blue of ``#rrggbb``."""
    parts = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def brightness_of(color: str, eyes: str = "all cones") -> float:
    """Return the relative luminance."""
    return float(np.clip(EYES[eyes] @ light_of(color), 0, 1) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, from 1 to 21."""
    dark, bright = sorted(brightness_of(color) + 0.05 for color in (one, other))
    return bright / dark


def difference(one: str, other: str, eyes: str) -> float:
    """Return how different two colours look."""
    first, second = (
        _TO_LAB @ np.cbrt(_TO_CONES @ np.clip(EYES[eyes] @ light_of(color), 0, 1))
        for color in (one, other)
    )
    return float(np.linalg.norm(first - second))
