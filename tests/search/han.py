"""Writes ``data/pinyin.csv`` and the single characters of ``data/variants.csv``, from pypinyin and OpenCC.

Run it by hand, when a table has to change: ``pip install pypinyin opencc-python-reimplemented`` into an environment
of its own, then ``python tests/search/han.py``. Terms of several characters in ``variants.csv`` are ours and kept.
"""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"

#: Second readings that are met in our field; pypinyin's full lists are mostly readings nobody types.
READINGS = {
    "重": "chong", "行": "hang", "长": "zhang", "调": "tiao", "还": "huan", "都": "du", "弹": "tan", "着": "zhao",
    "校": "jiao", "乐": "yue", "卡": "qia", "系": "ji", "传": "zhuan", "没": "mo", "了": "liao", "率": "shuai",
}  # fmt: skip


def common() -> list[str]:
    """The 3755 everyday characters: level 1 of GB 2312."""
    return [
        bytes((row, cell)).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFA if row == 0xD7 else 0xFF)
    ]


def main() -> None:
    import opencc
    from pypinyin import Style, lazy_pinyin

    syllables: dict[str, list[str]] = {}
    for character in common():
        first = lazy_pinyin(character, style=Style.NORMAL, v_to_u=False)[0]
        for syllable in dict.fromkeys((first, READINGS.get(character, first))):
            syllables.setdefault(syllable, []).append(character)
    with (DATA / "pinyin.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("syllable", "characters"))
        writer.writerows((syllable, "".join(characters)) for syllable, characters in sorted(syllables.items()))

    path = DATA / "variants.csv"
    kept = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = [row for row in list(csv.reader(file))[1:] if len(row[0]) > 1]
    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    known = set(common())
    pairs = []
    for line in table.read_text("utf-8").splitlines():
        written, read = line.split("\t")[:2]
        read = read.split(" ")[0]
        if read in known and written not in known and len(written) == len(read) == 1:
            pairs.append((written, read))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("written", "read"))
        writer.writerows([*kept, *sorted(pairs)])


if __name__ == "__main__":
    main()
