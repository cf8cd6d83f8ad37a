import * as z from "zod";
import { parameterTypes } from "./parameter-file.ts";

const pageMax = 10;

const name = z
  .string()
  .max(1011)
  .regex(/^(\/?[\w.-]+|(\/[\w.-]+){1,15})$/, "a parameter's name is a-zA-Z0-9_.- in up to 15 parts after slashes")
  .regex(/^(?!\/?(aws|ssm))/i, "a parameter's name does not begin with aws or ssm");
// What a value holds is for its reader; what it is for or billed as means nothing here.
const label = z.unknown().optional();
const flag = z.boolean().default(false);

/** What each action of Parameter Store takes; what is not listed is not emulated. */
export const parameterInputs = {
  PutParameter: z.strictObject({
    Name: name,
    Value: z.string().min(1),
    Type: z.enum(parameterTypes).optional(),
    Overwrite: flag,
    Tier: z.enum(["Standard", "Advanced", "Intelligent-Tiering"]).default("Standard"),
    DataType: z.literal("text").optional(),
    KeyId: label,
    Description: label,
    Tags: label,
  }),
  GetParameter: z.strictObject({ Name: z.string(), WithDecryption: flag }),
  GetParameters: z.strictObject({ Names: z.array(z.string()).min(1).max(pageMax), WithDecryption: flag }),
  GetParametersByPath: z.strictObject({
    Path: z.string().regex(/^\//, "a path begins with a slash"),
    Recursive: flag,
    WithDecryption: flag,
    MaxResults: z.int().min(1).max(pageMax).default(pageMax),
    NextToken: z.string().optional(),
  }),
  DeleteParameter: z.strictObject({ Name: z.string() }),
  DeleteParameters: z.strictObject({ Names: z.array(z.string()).min(1).max(pageMax) }),
};
