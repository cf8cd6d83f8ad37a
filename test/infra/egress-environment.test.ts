import { describe, expect, it } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { egressEnvironment } from "#infra/egress-environment.ts";

const of = (stage: "local" | "aws", settings: Record<string, string> = {}) =>
  egressEnvironment(stage, parseOperatorSettings(settings));

describe("where functions may send although it is not public", () => {
  it("is nowhere unless it is set", () => {
    expect([of("local"), of("aws")]).toEqual([{ EGRESS_ALLOW: "" }, { EGRESS_ALLOW: "" }]);
  });

  it("is what is set, on the laptop", () => {
    expect(of("local", { EGRESS_ALLOW: "localhost:8080" })).toEqual({ EGRESS_ALLOW: "localhost:8080" });
  });

  it("cannot be set in AWS: the synthesis says so", () => {
    expect(() => of("aws", { EGRESS_ALLOW: "localhost:8080" })).toThrow(/^EGRESS_ALLOW is for the laptop/);
  });

  it.each([
    ["localhost:25", 'EGRESS_ALLOW: "localhost:25" must not name port 25'],
    ["localhost:8080,a@b:80", 'EGRESS_ALLOW: "a@b:80" must be host:port'],
  ])("cannot be %s: the synthesis names what is wrong", (text, message) => {
    expect(() => of("local", { EGRESS_ALLOW: text })).toThrow(message);
  });
});
