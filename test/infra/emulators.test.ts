import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";

mkdirSync("build", { recursive: true });
const folder = mkdtempSync("build/test-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bundleDir = join(folder, "functions");

/** The functions of the app, synthesised with the context that `cdk -c name=value` hands to it. */
async function functionsWith(context: Record<string, string>) {
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  const outdir = mkdtempSync(join(folder, "assembly-"));
  const settings = parseOperatorSettings({});
  const { directory } = await synthesize({ stage: "aws", bundleMode: "deploy", settings, bundleDir, outdir });
  const template = JSON.parse(readFileSync(join(directory, "Sluice.template.json"), "utf8"));
  const resources: { Type: string; Properties: any }[] = Object.values(template.Resources);
  return resources.filter(({ Type }) => Type === "AWS::Lambda::Function").map(({ Properties }) => Properties);
}

describe("what emulators of AWS need (docs/emulators.md)", () => {
  it("-c streamHasOneShard=true lets the stream name no shard; without it a missing name is an error", {
    timeout: 120_000,
  }, async () => {
    const told = async (context: Record<string, string>) =>
      new Set((await functionsWith(context)).map((each) => each.Environment.Variables.STREAM_HAS_ONE_SHARD));
    expect(await told({ streamHasOneShard: "true" })).toEqual(new Set(["true"]));
    expect(await told({})).toEqual(new Set(["false"]));
  });

  it("every function's code is an index.js, which each of them finds", { timeout: 120_000 }, async () => {
    const functions = await functionsWith({});
    expect(new Set(functions.map((each) => each.Handler))).toEqual(new Set(["index.handler"]));
    const files = readdirSync(bundleDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toEqual(functions.map(() => "index.js"));
  });
});
