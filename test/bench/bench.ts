import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";
import { startLocal } from "#local/start-local.ts";
import { bundleLines } from "./bundle-lines.ts";
import { printLines } from "./line.ts";
import { recordLines } from "./record-lines.ts";

/**
 * `npm run bench`: counts real requests, consumed capacity, bytes and milliseconds of the service on its embedded default
 * and of the bundles that deploy. Exits 1 when a budget is exceeded. `--quick` makes fewer of everything.
 */
process.env.CDK_VALIDATION ??= "false";
const quick = process.argv.includes("--quick");
mkdirSync("build", { recursive: true });
const folder = mkdtempSync("build/bench-");
try {
  const settings = parseOperatorSettings({ LOG_LEVEL: "CRITICAL" });
  const options = {
    stage: "local",
    settings,
    bundleMode: "deploy",
    bundleDir: `${folder}/functions`,
    outdir: `${folder}/assembly`,
  } as const;
  const { directory } = await synthesize(options);
  const runtime = await startLocal({ assembly: directory, dataDir: ":memory:", meter: true });
  const lines = [...(await recordLines(runtime, quick ? 200 : 1_000)), ...(await bundleLines(`${folder}/functions`))];
  await runtime.stop();
  process.exitCode = printLines(lines) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
