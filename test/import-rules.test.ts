import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sluice-import-rules-"));
copyFileSync("biome.json", join(folder, "biome.json"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lints a file with one import under the project's own rules, and returns what the linter says of it. */
function importErrors(file: string, imported: string): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import * as planted from "${imported}";\n\nexport { planted };\n`);
  const options = ["--only=style/noRestrictedImports", "--vcs-enabled=false", "--colors=off"];
  const linter = spawnSync("biome", ["lint", ...options, file], { cwd: folder, encoding: "utf8" });
  return linter.stdout + linter.stderr;
}

describe("the linter refuses a planted import", () => {
  it.each([
    ["lib/domain/planted.ts", "#contract/errors.ts"],
    ["lib/domain/planted.ts", "node:crypto"],
    ["lib/domain/planted.ts", "@aws-sdk/client-dynamodb"],
    ["lib/domain/planted.ts", "../store/keys.ts"],
    ["lib/contract/planted.ts", "#store/keys.ts"],
    ["lib/contract/routes/planted.ts", "../../store/keys.ts"],
    ["lib/store/planted.ts", "#runtime/api.ts"],
    ["lib/store/planted.ts", "@middy/core"],
    ["lib/runtime/planted.ts", "@aws-sdk/client-sqs"],
    ["lib/runtime/planted.ts", "#infra/bundle.ts"],
    ["lib/infra/planted.ts", "#store/keys.ts"],
    ["lib/local/planted.ts", "#store/keys.ts"],
    ["functions/api/records/planted.ts", "#infra/bundle.ts"],
    ["functions/api/records/planted.ts", "./get.ts"],
    ["functions/api/records/planted.ts", "aws-cdk-lib"],
  ])("in %s of %s", (file, imported) => {
    expect(importErrors(file, imported)).toContain("noRestrictedImports");
  });

  it.each([
    ["lib/domain/planted.ts", "zod"],
    ["lib/contract/planted.ts", "#domain/record.ts"],
    ["lib/store/planted.ts", "@aws-sdk/client-dynamodb"],
    ["lib/runtime/planted.ts", "#store/records.ts"],
    ["functions/api/records/planted.ts", "#store/records.ts"],
  ])("but lets %s import %s", (file, imported) => {
    expect(importErrors(file, imported)).toMatch(/Checked 1 file.*\s+$/);
  });
});
