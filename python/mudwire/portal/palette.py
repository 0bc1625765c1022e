"""The 256 colours of xterm as CSS classes, with Evennia's class names."""

from collections.abc import Iterator

# The first sixteen colours are the theme's own choice, as in a terminal. Each of them except
# black is legible on the dark background of the page.
THEME = (
    "#3b4252", "#d3656f", "#8fbf7f", "#d9b36c", "#6f9fd8", "#b98cc8", "#6fbfc0", "#c9ced8",
    "#6b7488", "#ff7b85", "#a9e08f", "#ffd479", "#86b8ff", "#d9a3ea", "#85e0e0", "#ffffff",
)  # fmt: skip
CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)


def colours() -> Iterator[str]:
    """Yield the 256 colours in order, as ``#rrggbb``."""
    yield from THEME
    for red in CUBE:
        for green in CUBE:
            for blue in CUBE:
                yield f"#{red:02x}{green:02x}{blue:02x}"
    for step in range(24):
        yield "#" + f"{8 + 10 * step:02x}" * 3


def stylesheet() -> str:
    """Return the CSS of ``color-000`` to ``color-255`` and ``bgcolor-000`` to ``bgcolor-255``."""
    return "".join(
        f".color-{number:03}{{color:{colour}}}.bgcolor-{number:03}{{background-color:{colour}}}\n"
        for number, colour in enumerate(colours())
    )
