import { describe, expect, it } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { accessEnvironment } from "#infra/access-environment.ts";

const of = (stage: "local" | "aws", settings: Record<string, string> = {}) =>
  accessEnvironment(stage, parseOperatorSettings(settings));

describe("who may call", () => {
  it("in AWS is nobody who has no key, and no more often than the default", () => {
    expect(of("aws")).toMatchObject({ API_KEY_SHA256: "", READS_OPEN: false, RATE_LIMIT_PER_MINUTE: 6_000 });
    expect(of("aws", { RATE_LIMIT_PER_MINUTE: "0" }).RATE_LIMIT_PER_MINUTE).toBe(0);
    expect(of("local")).toMatchObject({ READS_OPEN: true, RATE_LIMIT_PER_MINUTE: 0 });
  });

  it("never has the API key in clear", () => {
    expect(JSON.stringify(of("aws", { API_KEY: "planted" }))).not.toContain("planted");
  });

  it("by a token is on the word of an issuer that is reached over TLS: the laptop's own issuer is for the laptop", () => {
    const settings = { JWT_ISSUER: "http://127.0.0.1:9000", JWT_AUDIENCE: "here" };
    expect(of("local", settings)).toMatchObject(settings);
    expect(() => of("aws", settings)).toThrow("JWT_ISSUER must be an https URL in AWS.");
    const keys = { JWT_ISSUER: "https://id.example", JWT_AUDIENCE: "here", JWT_JWKS_URI: "http://localhost:1/keys" };
    expect(() => of("aws", keys)).toThrow("JWT_JWKS_URI");
  });
});
