import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks", // a local runtime owns its process: environment, clock and function modules
    env: { POWERTOOLS_METRICS_DISABLED: "true" }, // the test of the metrics turns them on
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ["test/support/synthesize-once.ts"],
    coverage: {
      provider: "v8",
      // Of what tests run from source. Functions run as bundles, which coverage does not see: the journeys hold them.
      include: ["lib/**/*.ts"],
      exclude: ["**/*.d.ts"],
      reporter: ["text-summary", "html"],
      thresholds: { statements: 80, branches: 70, functions: 80, lines: 80 },
    },
  },
});
