import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The assembly that every test file of this run starts from. */
    assembly: string;
  }
}

/**
 * Vitest's global setup: bundles and synthesises the app once for all test files, in a folder of this run's own.
 * `TEST_BUNDLES=deploy` tests the very bundles that deploy instead of the split build.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  process.env.CDK_VALIDATION ??= "false";
  mkdirSync("build", { recursive: true });
  const folder = mkdtempSync("build/test-");
  const { directory } = await synthesize({
    stage: "local",
    bundleMode: process.env.TEST_BUNDLES === "deploy" ? "deploy" : "local",
    settings: parseOperatorSettings({ LOG_LEVEL: "CRITICAL" }),
    bundleDir: `${folder}/functions`,
    outdir: `${folder}/assembly`,
  });
  project.provide("assembly", directory);
  return () => rmSync(folder, { recursive: true, force: true });
}
