"""pyfair on scenarios as [rate, low, middle, high]: seconds, and the 99 % quantile of the sum; JSON.

Its models take PERT ranges; the rate is held within a hundredth of what was given.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pyfair


def main(years: int) -> None:
    """Time the whole tree of each scenario, and add up their risks."""
    scenarios = json.load(sys.stdin)
    begun = time.perf_counter()
    total = np.zeros(years)
    for number, (rate, low, middle, high) in enumerate(scenarios):
        model = pyfair.FairModel(name=str(number), n_simulations=years, random_seed=number + 1)
        model.input_data("Threat Event Frequency", low=rate * 0.99, mode=rate, high=rate * 1.01)
        model.input_data("Vulnerability", constant=1)
        model.input_data("Primary Loss", low=low, mode=middle, high=high)
        model.input_data("Secondary Loss Event Frequency", constant=0)
        model.input_data("Secondary Loss Event Magnitude", constant=0)
        model.calculate_all()
        total += model.export_results()["Risk"].to_numpy()
    print(json.dumps({"seconds": time.perf_counter() - begun, "quantile": float(np.quantile(total, 0.99))}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
