import { describe, expect, it } from "vitest";
import { outputsReadBy } from "#domain/output-reads.ts";

describe("the outputs that a configuration reads", () => {
  it("are those its templates name, wherever they stand", () => {
    const config = { url: "https://a/{{ steps.a.output.id }}", body: { list: ["{{ steps.b.output }}", "steps.c"] } };
    expect(outputsReadBy(config)).toEqual(new Set(["a", "b"]));
  });

  it("are none for what else of steps, the payload or the run is named", () => {
    const body = "{{ steps.a.status }} {{ steps.b.error }} {{ payload.steps }} {% payload.a %}";
    expect(outputsReadBy({ body })).toEqual(new Set());
  });

  it("may be any for an expression that reads steps", () => {
    expect(outputsReadBy({ body: "{% steps.a.output.id + 1 %}" })).toBeNull();
    expect(outputsReadBy({ body: "{% payload.a %}" })).toEqual(new Set());
  });
});
