import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";

/** Where the assembly that every test of this run starts from lies. */
export const testAssembly = "build/test/assembly";

/**
 * Vitest's global setup: bundles and synthesises the app once for all test files. `TEST_BUNDLES=deploy` tests the very
 * bundles that deploy instead of the split build.
 */
export default async function setup(): Promise<void> {
  process.env.CDK_VALIDATION ??= "false";
  await synthesize({
    stage: "local",
    bundleMode: process.env.TEST_BUNDLES === "deploy" ? "deploy" : "local",
    settings: parseOperatorSettings({ LOG_LEVEL: process.env.LOG_LEVEL ?? "CRITICAL" }),
    bundleDir: "build/test/functions",
    outdir: testAssembly,
  });
}
