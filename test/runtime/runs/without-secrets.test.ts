import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutSecrets } from "#runtime/runs/without-secrets.ts";

const secret = 's3cr+t/"key\\ 42';
const one = new Map([["TOKEN", secret]]);
const base64 = (text: string, encoding: "latin1" | "utf8" = "utf8") => Buffer.from(text, encoding).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** What is told of a body that came back. */
function told(body: string, secrets: ReadonlyMap<string, string> = one, truncated = false): string {
  const result = withoutSecrets({ kind: "response", status: 200, headers: {}, body, truncated }, secrets);
  return result.kind === "response" ? result.body : "";
}

describe("what comes back", () => {
  it.each([
    ["as it is", `Bearer ${secret}!`, "Bearer ***!"],
    ["in JSON", JSON.stringify({ got: `Bearer ${secret}` }), '{"got":"Bearer ***"}'],
    ["in a URL", `?a=${encodeURIComponent(secret)}&b=1`, "?a=***&b=1"],
    ["in a form", `a=${new URLSearchParams({ a: secret }).toString().slice(2)}&b=1`, "a=***&b=1"],
    ["twice", `${secret} ${secret}`, "*** ***"],
  ])("tells no secret %s", (_, body, expected) => {
    expect(told(body)).toBe(expected);
  });

  it("tells none in base64, wherever in what was encoded it stood", () => {
    const value = fc
      .string({ minLength: 8, maxLength: 40, unit: "binary" })
      .filter((text) => /^[\x20-\xff]*$/.test(text));
    const around = fc.string({ maxLength: 7 });
    fc.assert(
      fc.property(value, around, around, (text, before, after) => {
        const secrets = new Map([["A", text]]);
        for (const encoded of [base64, base64url].map((encode) => encode(`${before}${text}${after}`))) {
          const left = told(`{"auth":"Basic ${encoded}"}`, secrets);
          expect(left).toContain("***");
          // Of the characters that hold bits of it, those at its ends alone are left: they hold bits of others too.
          expect(left.length).toBeLessThanOrEqual(
            `{"auth":"Basic "}***`.length + ((before.length + after.length) * 8) / 6 + 8,
          );
        }
      }),
    );
    expect(told(base64("user:motörhead", "latin1"), new Map([["A", "motörhead"]]))).toContain("***");
  });

  it("tells none that the cut of a long answer went through, in whatever form", () => {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64(secret)]) {
      for (let kept = 1; kept < form.length; kept++) {
        const left = told(`${"x".repeat(1_000)}${form.slice(0, kept)}`, one, true);
        expect(left).toMatch(/^x{900,1000}$/);
      }
    }
    expect(told("x".repeat(1_000), new Map(), true)).toHaveLength(1_000);
    expect(told("x".repeat(1_000), one)).toHaveLength(1_000);
  });

  it("is left as it is but for that, also where an old secret is short or empty", () => {
    expect(told("nothing", new Map([["A", ""]]))).toBe("nothing");
    expect(told("Basic YWJj", new Map([["A", "ab"]]))).toBe("Basic YWJj");
    const lost = { kind: "timeout", afterMs: 5 } as const;
    expect(withoutSecrets(lost, one)).toBe(lost);
  });
});
