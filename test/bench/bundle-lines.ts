import { spawnSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { Line } from "./line.ts";

/** The least a function of this kind can be: the SDK's document client and nothing else. */
const sdkAlone = `const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DynamoDBDocumentClient, GetCommand, PutCommand } = require("@aws-sdk/lib-dynamodb");
module.exports = { client: DynamoDBDocumentClient.from(new DynamoDBClient({})), GetCommand, PutCommand };`;

/** How large the functions that deploy are, and how long a process takes to load one, over one with the SDK alone. */
export async function bundleLines(folder: string): Promise<Line[]> {
  const files = readdirSync(folder, { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith(".js") && !file.includes("docs_asset"));
  const largest = (of: (file: string) => boolean) => Math.max(...files.filter(of).map((file) => statSync(file).size));
  const isWorker = (file: string) => file.includes("worker/"); // it alone has every service's client in it
  // As in Lambda, which sees nothing of this project's own package.json.
  writeFileSync(join(folder, "package.json"), '{"type":"commonjs"}');
  const outfile = join(folder, "sdk-alone.js");
  await build({
    stdin: { contents: sdkAlone, resolveDir: process.cwd() },
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify: true,
    mainFields: ["module", "main"],
  });
  const loading = (file: string) => startMs(`require(${JSON.stringify(join(process.cwd(), file))})`);
  const [bare, alone, create] = [startMs("0"), loading(outfile), loading(join(folder, "records/create/index.js"))];
  return [
    { name: "bundle.largest", value: largest((file) => !isWorker(file)) / 1024, unit: "KiB", budget: 800 },
    { name: "bundle.worker", value: largest(isWorker) / 1024, unit: "KiB", budget: 960 },
    { name: "bundle.start_over_sdk_alone", value: create / alone, unit: "x", budget: 1.6 },
    { name: "bundle.start_over_bare_node", value: create / bare, unit: "x" },
  ];
}

/** The fastest of some starts of a Node process that runs a script: the machine is noisy upwards alone. */
function startMs(script: string): number {
  const env = { ...process.env, AWS_REGION: "us-east-1" };
  const times = Array.from({ length: 9 }, () => {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { env });
    if (status !== 0) throw new Error(String(stderr));
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
