import { describe, expect, it } from "vitest";
import { allows, readScopes, scopes } from "#domain/scope.ts";

describe("scopes", () => {
  it("admin includes the others, and none of the others includes another", () => {
    for (const needed of scopes) {
      const sufficient = scopes.filter((granted) => allows([granted], needed));
      expect(sufficient).toEqual(needed === "admin" ? ["admin"] : [needed, "admin"]);
      expect(allows([], needed)).toBe(false);
    }
  });

  it("are read by their exact names, each once", () => {
    expect(readScopes(["write", "openid", "read", "write", "Admin", ""])).toEqual({
      known: ["read", "write"],
      unknown: ["openid", "Admin", ""],
    });
  });
});
