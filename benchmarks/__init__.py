"""Speed and memory as ratios inside one run, against peers and limits. Run all: `python -m benchmarks`."""
