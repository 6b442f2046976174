"""Position weight matrices: log odds, exact p-values, sites on both strands."""
