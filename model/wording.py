"""Figures as a pupil reads them: percent, points, a number of photos."""


def percent(share: float) -> str:
    """0.243 -> "24 %"; small shares keep a decimal, for 0.4 % is not nothing."""
    return f"{100 * share:.1f} %" if 0.0005 <= share < 0.0095 else f"{100 * share:.0f} %"


def between(low: float, high: float) -> str:
    """0.16, 0.35 -> "16 to 35 %"; one figure where both are the same in words."""
    return (
        percent(high)
        if percent(low) == percent(high)
        else f"{percent(low).removesuffix(' %')} to {percent(high)}"
    )


def points(change: float) -> str:
    """A difference of two shares, without its sign: 0.031 -> "3 points"."""
    size = 100 * abs(change)
    figure = f"{size:.1f}" if 0.05 <= size < 1.95 and round(size, 1) != 1 else f"{size:.0f}"
    return f"{figure} point" if figure == "1" else f"{figure} points"


def counted(number: int, what: str) -> str:
    """1, "photo" -> "1 photo"; 3, "photo" -> "3 photos"."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
