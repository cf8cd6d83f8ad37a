import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";
import { type LocalRuntime, startLocal } from "#local/start-local.ts";
import { bundleLines } from "./bundle-lines.ts";
import { instanceLines } from "./instance-lines.ts";
import { itemLines } from "./item-lines.ts";
import { type Line, printLines } from "./line.ts";
import { benchReceiver } from "./receiver.ts";
import { recordLines } from "./record-lines.ts";
import { runLines, throughputLines } from "./run-lines.ts";
import { volumeLines } from "./volume-lines.ts";

/**
 * `npm run bench`: counts real requests, consumed capacity, bytes and milliseconds of the service on its embedded default
 * and of the bundles that deploy. Exits 1 when a budget is exceeded. `--quick` makes fewer of everything.
 * `--full` fills the table with a million records first, which takes some minutes, and compares what reads cost then with
 * what they cost with a hundred.
 */
process.env.CDK_VALIDATION ??= "false";
process.env.POWERTOOLS_METRICS_DISABLED ??= "true"; // they would go where the lines go
const quick = process.argv.includes("--quick");
const full = process.argv.includes("--full");
mkdirSync("build", { recursive: true });
const folder = mkdtempSync("build/bench-");
const receiver = await benchReceiver();
try {
  const settings = parseOperatorSettings({ LOG_LEVEL: "CRITICAL", EGRESS_ALLOW: receiver.address });
  const options = {
    stage: "local",
    settings,
    bundleMode: "deploy",
    bundleDir: `${folder}/functions`,
    outdir: `${folder}/assembly`,
  } as const;
  const { directory } = await synthesize(options);
  type Options = { clock?: "virtual"; meter?: boolean };
  const measured = async (lines: (runtime: LocalRuntime) => Promise<Line[]>, { clock, meter = true }: Options = {}) => {
    const runtime = await startLocal({ assembly: directory, dataDir: ":memory:", meter, clock });
    return lines(runtime).finally(runtime.stop);
  };
  const lines = [
    ...(await measured((runtime) => recordLines(runtime, quick ? 200 : 1_000))),
    ...(await measured((runtime) => runLines(runtime, receiver.url, quick ? 60 : 180), { clock: "virtual" })),
    // Without the meter, whose proxy would take its share of the two.
    ...(await measured((runtime) => throughputLines(runtime, receiver.url, quick ? 300 : 2_000), { meter: false })),
    ...(await measured((runtime) => itemLines(runtime, quick ? 100 : 500))),
    ...(await measured((runtime) => instanceLines(runtime, quick ? 100 : 500))),
    ...(await bundleLines(`${folder}/functions`)),
    ...(full ? await measured(volumeLines) : []),
  ];
  process.exitCode = printLines(lines) ? 0 : 1;
} finally {
  receiver.stop();
  rmSync(folder, { recursive: true, force: true });
}
