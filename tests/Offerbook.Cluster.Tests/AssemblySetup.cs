// These tests start real clusters; two at a time would compete for the two cores that CI has and blur their timings.
[assembly: NonParallelizable]
