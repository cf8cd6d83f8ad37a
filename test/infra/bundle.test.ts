import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "#infra/bundle.ts";
import { startService } from "#test/service.ts";

mkdirSync("build", { recursive: true });
const folder = mkdtempSync("build/test-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a rule set and names its file. */
function rulesFile(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const otherwise = { name: "rest", classification: "rest", score: "0" };
const vip = { name: "vip", category: "vip", classification: "gold", score: "1" };
const service = await startService({
  settings: { CLASSIFICATION_RULES: rulesFile("own.json", JSON.stringify({ rules: [vip], otherwise })) },
});

describe("a function's start", () => {
  it("loads what checks tokens only when there is a token to check", async () => {
    const outdir = join(folder, "split");
    await bundleFunctions("local", outdir, null);
    const started = new Set<string>();
    const start = (file: string) => {
      if (started.has(file)) return;
      started.add(file);
      const imports = readFileSync(file, "utf8").matchAll(/(?:from|import)\s*"(\.[^"]+)"/g);
      for (const [, imported = ""] of imports) start(resolve(dirname(file), imported));
    };
    start(resolve(outdir, "records/create/index.mjs"));
    const holding = (files: string[], word: string) =>
      files.filter((file) => readFileSync(file, "utf8").includes(word));
    const chunks = readdirSync(`${outdir}/chunks`).map((file) => `${outdir}/chunks/${file}`);
    expect(started.size).toBeGreaterThan(5);
    expect(holding([...started], "ERR_JWT_EXPIRED")).toEqual([]);
    expect(holding(chunks, "ERR_JWT_EXPIRED")).not.toEqual([]);
    expect(holding([...started], "jsonata.__evaluate_exit")).toEqual([]); // nor what evaluates expressions, ever
    expect(holding(chunks, "jsonata.__evaluate_exit")).not.toEqual([]);
  });
});

describe("CLASSIFICATION_RULES", () => {
  it("replaces the default rules by the operator's", async () => {
    const classes: string[] = [];
    for (const category of ["vip", "order"]) {
      const { body } = await service.call("POST", "/records", {
        json: { source: "a", category, payload: { amount: 99 } },
      });
      classes.push((await service.call("POST", `/records/${body.id}/process`)).body.classification);
    }
    expect(classes).toEqual(["gold", "rest"]);
  });

  it.each([
    ["missing.json", null, /missing.json, which cannot be read/],
    ["syntax.json", "{", /syntax.json is not JSON/],
    ["shape.json", '{"rules":[{"name":"a"}]}', /shape.json are not valid:[\s\S]*otherwise/],
    ["score.json", JSON.stringify({ rules: [], otherwise: { ...otherwise, score: "2" } }), /otherwise.score/],
  ])("is refused before anything is bundled when it names %s", async (name, content, message) => {
    const file = content === null ? join(folder, name) : rulesFile(name, content);
    await expect(bundleFunctions("local", join(folder, "out"), file)).rejects.toThrow(message);
  });
});
