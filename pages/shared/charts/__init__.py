"""Charts: functions from data to an Altair chart; they draw nothing.

Pages import these modules where they draw: Altair and pandas take a second, and the first paint
must not wait for them. Figures belong to axis labels, which follow the theme; text marks do not.
"""

# Whole before altair comes, which takes it as it finds it: half imported, where another thread is
# at it.
import pandas  # noqa: F401
