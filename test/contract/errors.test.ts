import { describe, expect, it } from "vitest";
import { errorTable, problemOf, problemSchema } from "#contract/errors.ts";
import { DomainError, errorCodes } from "#domain/domain-error.ts";

const request = { path: "/records/1/process", requestId: "made-up-request" };

describe("the error table", () => {
  it("has every code and no other", () => {
    expect(Object.keys(errorTable).sort()).toEqual([...errorCodes].sort());
  });

  it.each(errorCodes)("%s has an error status, a title and the same word as the other codes of its status", (code) => {
    const { status, title, error } = errorTable[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z]/);
    const wordsOfStatus = errorCodes.filter((other) => errorTable[other].status === status);
    expect(new Set(wordsOfStatus.map((other) => errorTable[other].error))).toEqual(new Set([error]));
  });

  it.each([
    ["resource_not_found", 404, "NotFound"],
    ["state_conflict", 409, "Conflict"],
    ["validation_failed", 422, "ValidationError"],
    ["unauthorized", 401, "Unauthorized"],
  ] as const)("%s answers %i in the word %s", (code, status, error) => {
    expect(errorTable[code]).toMatchObject({ status, error });
  });
});

describe("a problem", () => {
  it.each(errorCodes)(
    "of %s has the one shape, with the status of its code and `message` equal to `detail`",
    (code) => {
      const problem = problemOf(new DomainError(code, "It went wrong."), request);
      expect(problemSchema.strict().parse(problem)).toEqual(problem);
      expect(problem).toMatchObject({
        type: `/docs/errors#${code}`,
        status: errorTable[code].status,
        code,
        detail: "It went wrong.",
        message: "It went wrong.",
        instance: "/records/1/process",
        request_id: "made-up-request",
      });
    },
  );

  it("lists violations where there are any, and has no `errors` otherwise", () => {
    const errors = [{ path: "payload", message: "is missing" }];
    expect(problemOf(new DomainError("validation_failed", "No.", { errors }), request).errors).toEqual(errors);
    expect(problemOf(new DomainError("validation_failed", "No."), request)).not.toHaveProperty("errors");
  });

  it("shows nothing of its cause, its headers or its stack", () => {
    const cause = new Error("AccessDenied: arn:aws:dynamodb:secret");
    const error = new DomainError("internal_error", "Sorry.", { cause, headers: { "x-secret": "secret" } });
    const text = JSON.stringify(problemOf(error, request));
    expect(text).not.toContain("secret");
    expect(text).not.toContain(".ts");
  });
});
