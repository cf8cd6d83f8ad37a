// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is tested here
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { render, TemplateError } from "#domain/template.ts";

/** What a template of a URL becomes with a payload. */
const filledIn = (url: string, payload: Record<string, unknown>) =>
  (render({ url, body: url }, { payload }, new Map(), "url") as { url: unknown }).url;

const hostile = { id: "../admin", q: "1&role=admin#f", o: { a: [1] }, n: 7, nothing: null };

describe("a value in a URL", () => {
  it.each([
    [
      "https://a.example/users/{{ payload.id }}/notes?x={{ payload.q }}",
      "https://a.example/users/..%2Fadmin/notes?x=1%26role%3Dadmin%23f",
    ],
    ["https://a.example/${id}?x=${q}&y=${none}", "https://a.example/..%2Fadmin?x=1%26role%3Dadmin%23f&y=${none}"],
    ["https://a.example/#{{ payload.q }}", "https://a.example/#1%26role%3Dadmin%23f"],
    ["https://a.example?x={{ payload.o }}", "https://a.example?x=%7B%22a%22%3A%5B1%5D%7D"],
    ["https://a.example/{{ payload.n }}-{{ payload.nothing }}", "https://a.example/7-null"],
    ["https://a.example/a..{{ payload.n }}", "https://a.example/a..7"],
  ])("stands for itself alone once the origin is written out: %s", (url, expected) => {
    expect(filledIn(url, hostile)).toBe(expected);
  });

  const parts = { base: "https://a.example/v1", tail: "/x?y=z", host: "a.example:8443", id: "a/b" };
  it.each([
    ["{{ payload.base }}", "https://a.example/v1"],
    ["{{ payload.base }}{{ payload.tail }}", "https://a.example/v1/x?y=z"],
    ["https://{{ payload.host }}/users/{{ payload.id }}", "https://a.example:8443/users/a%2Fb"],
    ["{{ payload.base }}/users/{{ payload.id }}", "https://a.example/v1/users/a%2Fb"],
    ["https://a.example{{ payload.tail }}", "https://a.example/x?y=z"],
  ])("is put in as it is before that, or as the whole: %s", (url, expected) => {
    expect(filledIn(url, parts)).toBe(expected);
  });

  it.each([
    ["/users/{{ payload.a }}/notes", { a: ".." }],
    ["/users/{{ payload.a }}", { a: "." }],
    ["/users/{{ payload.a }}?x=1", { a: ".." }],
    ["/users/{{ payload.a }}{{ payload.a }}/x", { a: "." }],
    ["/users/.{{ payload.a }}/x", { a: "." }],
    ["/users/%2E{{ payload.a }}#x", { a: "." }],
    ["/users\\\\{{ payload.a }}\\\\x", { a: ".." }],
    ["/users/${a}/x", { a: ".." }],
    ["/users/{{ payload.a }}{{ payload.b }}/x", { a: "..", b: "" }],
  ])("makes no segment of dots: %s", (path, payload) => {
    expect(() => filledIn(`https://a.example${path}`, payload)).toThrow(
      new TemplateError('has a value that makes "." or ".." of a part of its path', { at: "url" }),
    );
  });

  it("may be dots where they lead nowhere, and what is written may be too", () => {
    expect(filledIn("https://a.example/a/../{{ payload.a }}.?x={{ payload.a }}/", { a: "..." })).toBe(
      "https://a.example/a/../....?x=.../",
    );
    expect(filledIn("https://a.example/?x={{ payload.a }}", { a: ".." })).toBe("https://a.example/?x=..");
    expect(filledIn("https://a.example/{{ payload.a }}", { a: "%2e%2e" })).toBe("https://a.example/%252e%252e");
  });

  it("that is no Unicode text is refused", () => {
    expect(() => filledIn("https://a.example/{{ payload.a }}", { a: "\ud800" })).toThrow("lone surrogate");
  });

  it("arrives as it was, whatever it is, and changes nothing of the rest", () => {
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom(..."./\\%2eE?#&=:@ \t\n") }),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        let url: URL;
        try {
          url = new URL(filledIn("https://a.example/x/{{ payload.a }}/y?b={{ payload.b }}&c=1", { a, b }) as string);
        } catch (error) {
          if (error instanceof TemplateError && /^\.{1,2}$/.test(a)) return;
          throw error;
        }
        expect(url.origin).toBe("https://a.example");
        expect(url.pathname.split("/").map(decodeURIComponent)).toEqual(["", "x", a, "y"]);
        expect([...url.searchParams]).toEqual([
          ["b", b],
          ["c", "1"],
        ]);
        expect(url.hash).toBe("");
      }),
    );
  });

  it("is not encoded anywhere else", () => {
    const url = "https://a.example/{{ payload.id }}";
    const rendered = render({ url, body: { url } }, { payload: hostile }, new Map(), "url");
    expect(rendered).toEqual({ url: "https://a.example/..%2Fadmin", body: { url: "https://a.example/../admin" } });
    expect(render({ url }, { payload: hostile })).toEqual({ url: "https://a.example/../admin" });
  });

  it("is looked at in linear time, as long as it may be", () => {
    const url = `https://${"{{ payload.a }}a".repeat(15_000)}`;
    const startedAt = performance.now();
    expect(filledIn(url, { a: "b" })).toHaveLength(8 + 30_000);
    expect(filledIn(`https://a.example/${"{{ payload.a }}".repeat(15_000)}`, { a: "" })).toBe("https://a.example/");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
