import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sampleEnvironment } from "#test/sample-environment.ts";

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** What is open to a process with this environment. */
async function allowedIn(chosen: Record<string, string>): Promise<string[]> {
  for (const [name, value] of Object.entries(sampleEnvironment(chosen))) vi.stubEnv(name, value);
  const { egressAllow } = await import("#runtime/egress/egress-allow.ts");
  return [...egressAllow()];
}

it("EGRESS_ALLOW opens what it names on the laptop", async () => {
  const opened = await allowedIn({ STAGE: "local", EGRESS_ALLOW: "localhost:8080, 127.0.0.1:9000" });
  expect(opened).toEqual(["localhost:8080", "127.0.0.1:9000"]);
});

it("EGRESS_ALLOW opens nothing in AWS, however it came there", async () => {
  expect(await allowedIn({ STAGE: "aws", EGRESS_ALLOW: "localhost:8080" })).toEqual([]);
  vi.resetModules();
  expect(await allowedIn({ STAGE: "aws", EGRESS_ALLOW: "not even one" })).toEqual([]);
});

it("nothing is open where it is not set", async () => {
  expect(await allowedIn({ STAGE: "local", EGRESS_ALLOW: "" })).toEqual([]);
});
