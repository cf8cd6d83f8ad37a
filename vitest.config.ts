import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import { bundleAsText } from "./lib/infra/bundled-text.ts";

/** What the bundles make of `import text from "./worker.ts?bundle"`, for tests that import a source. */
const bundledText: Plugin = {
  name: "bundled-text",
  enforce: "pre",
  resolveId: (id, importer) =>
    id.endsWith("?bundle") ? `\0bundle:${resolve(importer ?? "", "..", id.replace(/\?bundle$/, ""))}` : null,
  load: async (id) =>
    id.startsWith("\0bundle:") ? `export default ${JSON.stringify(await bundleAsText(id.slice(8), false))}` : null,
};

export default defineConfig({
  plugins: [bundledText],
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks", // a local runtime owns its process: environment, clock and function modules
    env: { POWERTOOLS_METRICS_DISABLED: "true" }, // the test of the metrics turns them on
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ["test/support/synthesize-once.ts"],
    coverage: {
      provider: "v8",
      // Functions run as bundles: what can be is mapped back to the sources, and packages are left out after that.
      include: ["lib/**/*.ts", "functions/**/*.ts", "build/test-*/functions/**/*.mjs"],
      exclude: ["**/node_modules/**", "**/*.d.ts"],
      excludeAfterRemap: true,
      reporter: ["text-summary", "html"],
      thresholds: { statements: 74, branches: 66, functions: 75, lines: 74 },
    },
  },
});
