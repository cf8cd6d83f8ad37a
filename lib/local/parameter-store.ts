import { createHash } from "node:crypto";
import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { localArn } from "./aws-names.ts";
import { type JsonAction, jsonService } from "./json-service.ts";
import type { LoopbackServer } from "./loopback-server.ts";
import { openParameterFile, type ParameterFile, type Parameters, type ParameterVersion } from "./parameter-file.ts";
import { parameterInputs as inputs } from "./parameter-inputs.ts";

/** What AWS keeps of a parameter's past. */
const versionsMax = 100;

/** Serves SSM's Parameter Store on loopback, out of one file. */
export function startParameterStore(path: string): Promise<LoopbackServer> {
  return jsonService("AmazonSSM", actionsOn(openParameterFile(path)), "lib/local/parameter-store.ts");
}

function actionsOn({ parameters, save }: ParameterFile): Record<string, JsonAction> {
  /** A parameter by its name, of which `:3` means the third version; null when it is not there. */
  function find(wanted: string, decrypts: boolean): Record<string, unknown> | null {
    const [plain = "", selector] = wanted.split(":");
    const versions = parameters.get(plain) ?? [];
    const found = selector === undefined ? versions.at(-1) : versions.find(({ version }) => `${version}` === selector);
    return found === undefined ? null : described(plain, found, decrypts);
  }

  function remove(names: readonly string[]): string[] {
    const removed = names.filter((each) => parameters.delete(each));
    if (removed.length > 0) save();
    return removed;
  }

  return {
    PutParameter: action(inputs.PutParameter, (input) => {
      const Version = put(parameters, input);
      save();
      return { Version, Tier: input.Tier };
    }),
    GetParameter: action(inputs.GetParameter, ({ Name, WithDecryption }) => {
      const Parameter = find(Name, WithDecryption);
      if (Parameter !== null) return { Parameter };
      const isThere = parameters.has(Name.split(":")[0] ?? "");
      throw new AwsError(isThere ? "ParameterVersionNotFound" : "ParameterNotFound", Name);
    }),
    GetParameters: action(inputs.GetParameters, ({ Names, WithDecryption }) => ({
      Parameters: Names.map((each) => find(each, WithDecryption)).filter((each) => each !== null),
      InvalidParameters: Names.filter((each) => find(each, false) === null),
    })),
    GetParametersByPath: action(inputs.GetParametersByPath, (input) => {
      const { names, ...more } = page([...parameters.keys()], input);
      return { Parameters: names.map((each) => find(each, input.WithDecryption)), ...more };
    }),
    DeleteParameter: action(inputs.DeleteParameter, ({ Name }) => {
      if (remove([Name]).length === 0) throw new AwsError("ParameterNotFound", Name);
      return {};
    }),
    DeleteParameters: action(inputs.DeleteParameters, ({ Names }) => {
      const DeletedParameters = remove(Names);
      return { DeletedParameters, InvalidParameters: Names.filter((each) => !DeletedParameters.includes(each)) };
    }),
  };
}

type Input<Name extends keyof typeof inputs> = z.output<(typeof inputs)[Name]>;

/** Gives a parameter its next version, and returns which one that is. */
function put(parameters: Parameters, { Name, Value, Type, Overwrite, Tier, Tags }: Input<"PutParameter">): number {
  const versions = parameters.get(Name) ?? [];
  const newest = versions.at(-1);
  if (newest !== undefined && !Overwrite) {
    const message = "The parameter already exists: set Overwrite to change its value.";
    throw new AwsError("ParameterAlreadyExists", message);
  }
  if (Overwrite && Tags !== undefined) throw invalid("tags and overwrite cannot be used together");
  const type = Type ?? newest?.type;
  if (type === undefined) throw invalid("A parameter type is required when you create a parameter.");
  const bytesMax = Tier === "Standard" ? 4096 : 8192;
  if (Buffer.byteLength(Value) > bytesMax) throw invalid(`a value of tier ${Tier} has at most ${bytesMax} bytes`);
  const version = (newest?.version ?? 0) + 1;
  const added = { version, type, value: Value, modifiedMs: Date.now() };
  parameters.set(Name, [...versions, added].slice(-versionsMax));
  return version;
}

function page(all: readonly string[], { Path, Recursive, MaxResults, NextToken = "" }: Input<"GetParametersByPath">) {
  const prefix = Path.endsWith("/") ? Path : `${Path}/`;
  const after = Buffer.from(NextToken, "base64url").toString();
  const left = all
    .filter((each) => each.startsWith(prefix) && each > after)
    .filter((each) => Recursive || !each.slice(prefix.length).includes("/"))
    .sort();
  const names = left.slice(0, MaxResults);
  const isCut = left.length > names.length;
  return { names, ...(isCut && { NextToken: Buffer.from(names.at(-1) ?? "").toString("base64url") }) };
}

/** An action whose input is checked; a member that is not understood is an error too. */
function action<S extends z.ZodType>(schema: S, run: (input: z.output<S>) => unknown): JsonAction {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    return run(parsed.data);
  };
}

function described(name: string, { version, type, value, modifiedMs }: ParameterVersion, decrypts: boolean) {
  return {
    Name: name,
    Type: type,
    // Who does not ask for the decrypted value gets no secret here either.
    Value: type === "SecureString" && !decrypts ? createHash("sha256").update(value).digest("base64") : value,
    Version: version,
    LastModifiedDate: modifiedMs / 1000,
    ARN: localArn("ssm", `parameter/${name.replace(/^\//, "")}`),
    DataType: "text",
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
