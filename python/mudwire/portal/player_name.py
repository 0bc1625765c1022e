"""PlayerName: a name as it is shown, and the key that makes two names one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MIN_LETTERS = 2
MAX_LETTERS = 20

_SHAPE = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")

# Latin letters that Unicode does not decompose, and the ASCII letters that they look like.
_LATIN = str.maketrans(
    {
        "\u00c6": "AE",
        "\u00e6": "ae",
        "\u0152": "OE",
        "\u0153": "oe",
        "\u00d8": "O",
        "\u00f8": "o",
        "\u0141": "L",
        "\u0142": "l",
        "\u00d0": "D",
        "\u00f0": "d",
        "\u0110": "D",
        "\u0111": "d",
        "\u0126": "H",
        "\u0127": "h",
        "\u0166": "T",
        "\u0167": "t",
        "\u00de": "P",
        "\u00fe": "p",
        "\u0131": "i",
        "\u00df": "ss",
        "\u1e9e": "SS",
        "\u014a": "N",
        "\u014b": "n",
    }
)

_NOBODYS = (
    # Words of the lobby's lines that stand where a name can stand.
    "Goodbye Here Nobody Show Somebody Something The There Welcome What Who You Your "
    # Other words for a player, for all of them and for none.
    "Anybody Anyone Everybody Everyone He It Me My No-One Nothing Self She Someone They Us We "
    "Yourself "
    # Those who would have power here.
    "Admin Administrator Game Host Lobby Mod Moderator Mudwire Operator Owner Portal Root Server "
    "Staff Sysop System The-Game The-Lobby The-Server Wizard"
)


class NameRefusedError(ValueError):
    """Why a text is no name for a player, in one sentence."""


@dataclass(frozen=True, slots=True)
class PlayerName:
    """The name of a player.

    Attributes:
        text: The name as it is shown.
        key: What is the same for names that look alike.

    """

    text: str
    key: str

    @classmethod
    def read(cls, text: str) -> PlayerName:
        """Return the name that a player typed.

        A name has 2 to 20 characters: Latin letters, with single hyphens and apostrophes between
        them. A letter may have accents, if Unicode has it as one character; so a name has no
        stacks of marks. Other forms of a letter (full-width, mathematical) become plain letters.

        Args:
            text: The text.

        Raises:
            NameRefusedError: The text is no name, or a name that nobody may have.

        """
        # The length is checked first, because normalising takes quadratic time.
        name = unicodedata.normalize("NFKC", text[: MAX_LETTERS + 1]).replace("\u2019", "'")
        letters = _ascii_letters(name)
        if not (
            len(text) <= MAX_LETTERS
            and MIN_LETTERS <= len(name) <= MAX_LETTERS
            and _SHAPE.fullmatch(name)
            and re.fullmatch("[A-Za-z'-]+", letters)
        ):
            raise NameRefusedError(
                "A name has 2 to 20 Latin letters, with hyphens and apostrophes between them."
            )
        key = _key_of(letters)
        if key in _NOBODYS_KEYS:
            raise NameRefusedError(f"Nobody can be called {name} here.")
        return cls(name, key)


def _ascii_letters(name: str) -> str:
    """Return a name without accents; a letter that is not Latin stays."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_LATIN))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _key_of(letters: str) -> str:
    """Return what is the same for names that look alike.

    Case, hyphens and apostrophes do not count. A capital i and both small ones look like an l,
    ``rn`` like an m and ``vv`` like a w.
    """
    plain = letters.replace("-", "").replace("'", "").replace("I", "l").lower()
    return plain.replace("i", "l").replace("rn", "m").replace("vv", "w")


_NOBODYS_KEYS = frozenset(map(_key_of, _NOBODYS.split()))
