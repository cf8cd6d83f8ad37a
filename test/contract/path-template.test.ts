import { describe, expect, it } from "vitest";
import { matchesTemplate } from "#contract/path-template.ts";

describe("matchesTemplate", () => {
  it.each([
    ["/", "/"],
    ["/records", "/records"],
    ["/records", "/records/"],
    ["/records/{id}", "/records/1"],
    ["/records/{id}", "/records/1/"],
    ["/records/{id}", "/records/{id}"],
    ["/records/{id}/process", "/records/1/process"],
    ["/openapi.json", "/openapi.json"],
  ])("%s has %s", (template, path) => {
    expect(matchesTemplate(template, path)).toBe(true);
  });

  it.each([
    ["/", "/records"],
    ["/records", "/"],
    ["/records", "/records//"],
    ["/records", "/Records"],
    ["/records", "/records/1"],
    ["/records/{id}", "/records"],
    ["/records/{id}", "/records//"],
    ["/records/{id}/process", "/records//process"],
    ["/records/{id}/process", "/records/1/undo"],
    ["/openapi.json", "/openapixjson"],
  ])("%s has no %s", (template, path) => {
    expect(matchesTemplate(template, path)).toBe(false);
  });
});
