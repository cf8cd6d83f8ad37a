import { describe, expect, it } from "vitest";
import { DomainError, errorCodes } from "#domain/domain-error.ts";

describe("a DomainError", () => {
  it("keeps its cause apart from its public message", () => {
    const cause = new Error("ResourceNotFoundException: table sluice-1234");
    const error = new DomainError("service_unavailable", "Try again.", { cause });
    expect(error).toMatchObject({ code: "service_unavailable", message: "Try again.", errors: undefined, headers: {} });
    expect(error.cause).toBe(cause);
    expect("cause" in new DomainError("forbidden", "No.")).toBe(false);
  });
});

describe("the list of codes", () => {
  it("is closed: snake_case nouns, each once", () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    for (const code of errorCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });
});
