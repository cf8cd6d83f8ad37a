import * as z from "zod";

/** What a step put out, in answers and events. The document says of each type what that is: see `step-schemas.ts`. */
export const stepOutput = z
  .unknown()
  .meta({ override: { anyOf: [{ $ref: "#/components/schemas/StepOutput" }, { type: "null" }] } });
