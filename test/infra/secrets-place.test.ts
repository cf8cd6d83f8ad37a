import { App, Stack } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { secretsPlace } from "#infra/secrets-place.ts";

const placeOf = (name: string) =>
  secretsPlace(new Stack(new App(), "Sluice"), parseOperatorSettings({ PROJECT_NAME: name }));

describe("the place of secrets", () => {
  it("is below the project's name and that of the stack", () => {
    expect(placeOf("my_service").prefix).toBe("/my_service/Sluice/secrets");
  });

  it.each(["aws", "AWS-tools", "ssm_x"])("is not below %s, whose names AWS keeps for itself", (name) => {
    expect(() => placeOf(name)).toThrow(/^PROJECT_NAME must not begin with aws or ssm/);
  });
});
