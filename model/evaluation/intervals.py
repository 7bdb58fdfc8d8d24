"""Confidence intervals and significance of figures counted on a few photos."""

from math import exp, lgamma, log, sqrt

Z_95 = 1.959963984540054  # Standard deviations that hold 95 % of a normal distribution.
SIGNIFICANT = 0.05
LEAST_DIFFERENT = 6  # With fewer photos on which classifiers differ, no p-value is below 0.05.


def wilson(errors: int, n: int) -> tuple[float, float]:
    """Compute the 95 % confidence interval of a rate, `errors` of `n`; (0, 1) without photos.

    Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953: holds for few photos and errors.
    """
    if n == 0:
        return 0.0, 1.0
    rate, weight = errors / n, Z_95**2 / n
    middle = (rate + weight / 2) / (1 + weight)
    half = Z_95 * sqrt(rate * (1 - rate) / n + weight / (4 * n)) / (1 + weight)
    return (0.0 if errors == 0 else middle - half), (1.0 if errors == n else middle + half)


def mcnemar(fixed: int, broken: int) -> float:
    """Compute the exact two-sided p-value, 0 to 1, of `fixed` and `broken` photos being as likely.

    McNemar 1947, https://doi.org/10.1007/BF02295996: only photos on which two classifiers differ
    say which is better.
    """
    n, fewer = fixed + broken, min(fixed, broken)
    tail = sum(
        exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2))
        for k in range(fewer + 1)
    )
    return min(1.0, 2 * tail)  # Half the time chance would favour the other.
