import { describe, expect, it } from "vitest";
import { isOpen } from "#contract/open-access.ts";
import { scopes } from "#domain/scope.ts";

const laptop = { STAGE: "local", API_KEY_SHA256: "", JWT_ISSUER: "", READS_OPEN: true } as const;
const aws = { ...laptop, STAGE: "aws", READS_OPEN: false } as const;
const open = (environment: Parameters<typeof isOpen>[1]) =>
  (["public", ...scopes] as const).filter((scope) => isOpen(scope, environment));

describe("what is open to everybody", () => {
  it("on the laptop is everything, until there is something to check a caller by; then reads", () => {
    expect(open(laptop)).toEqual(["public", ...scopes]);
    expect(open({ ...laptop, API_KEY_SHA256: "ab" })).toEqual(["public", "read"]);
    expect(open({ ...laptop, JWT_ISSUER: "https://id.example" })).toEqual(["public", "read"]);
    expect(open({ ...laptop, API_KEY_SHA256: "ab", READS_OPEN: false })).toEqual(["public"]);
  });

  it("in AWS is what is public, and reads by READS_OPEN alone", () => {
    expect(open(aws)).toEqual(["public"]);
    expect(open({ ...aws, READS_OPEN: true })).toEqual(["public", "read"]);
    expect(open({ ...aws, API_KEY_SHA256: "ab" })).toEqual(["public"]);
  });
});
