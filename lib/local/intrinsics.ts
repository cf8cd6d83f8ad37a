import { accountId, region } from "./aws-names.ts";
import type { Template } from "./cloud-assembly.ts";

/** What `Ref` and `Fn::GetAtt` of a resource give. */
export type Identity = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

/** Resolves CloudFormation intrinsics; conditions and parameter defaults come from the template. */
export type IntrinsicResolver = {
  /** The value with every intrinsic in it resolved; `AWS::NoValue` members are left out. */
  resolve(value: unknown): unknown;
  /** Whether the named condition holds; `undefined` (no condition) does. */
  holds(condition: string | undefined): boolean;
};

const noValue = Symbol("AWS::NoValue");

/**
 * Builds a resolver over one template.
 *
 * @param identityOf gives a resource's identity by logical id; called lazily, so identities may depend on one another.
 */
export function intrinsicResolver(
  template: Template,
  stackName: string,
  identityOf: (logicalId: string) => Identity,
): IntrinsicResolver {
  const pseudo: Record<string, unknown> = {
    "AWS::Region": region,
    "AWS::AccountId": accountId,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": stackName,
    "AWS::StackId": `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
    "AWS::NotificationARNs": [],
    "AWS::NoValue": noValue,
  };

  function ref(name: string): unknown {
    if (name in pseudo) return pseudo[name];
    if (name in template.Resources) return identityOf(name).ref;
    const parameter = template.Parameters[name];
    if (parameter?.Default !== undefined) return parameter.Default;
    throw new Error(`Ref of ${name}: neither a resource nor a parameter with a default`);
  }

  function getAtt(logicalId: string, attribute: string): string {
    const value = identityOf(logicalId).attributes[attribute];
    if (value === undefined) {
      const type = template.Resources[logicalId]?.Type ?? "a missing resource";
      throw new Error(
        `lib/local does not understand Fn::GetAtt ${logicalId}.${attribute} (${type}); add it to lib/local/resources`,
      );
    }
    return value;
  }

  function substitute(template: string, values: Record<string, unknown>): string {
    return template.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in values) return String(resolve(values[name]));
      const dot = name.indexOf(".");
      return String(dot > 0 ? getAtt(name.slice(0, dot), name.slice(dot + 1)) : ref(name));
    });
  }

  function condition(value: unknown): boolean {
    const [name, argument] = intrinsicOf(value) ?? [];
    const list = argument as unknown[];
    switch (name) {
      case "Condition":
        return holds(argument as string);
      case "Fn::Equals":
        return resolve(list[0]) === resolve(list[1]);
      case "Fn::And":
        return list.every(condition);
      case "Fn::Or":
        return list.some(condition);
      case "Fn::Not":
        return !condition(list[0]);
      default:
        throw new Error(
          `lib/local does not understand the condition ${JSON.stringify(value)}; add it to lib/local/intrinsics.ts`,
        );
    }
  }

  function holds(name: string | undefined): boolean {
    if (name === undefined) return true;
    if (!(name in template.Conditions)) throw new Error(`the template has no condition ${name}`);
    return condition(template.Conditions[name]);
  }

  function intrinsic(name: string, argument: unknown): unknown {
    const list = argument as unknown[];
    switch (name) {
      case "Ref":
        return ref(argument as string);
      case "Fn::GetAtt": {
        const [logicalId = "", attribute = ""] =
          typeof argument === "string" ? argument.split(/\.(.*)/s) : (list as string[]);
        return getAtt(logicalId, String(resolve(attribute)));
      }
      case "Fn::Sub":
        return typeof argument === "string"
          ? substitute(argument, {})
          : substitute(list[0] as string, list[1] as Record<string, unknown>);
      case "Fn::Join":
        return (resolve(list[1]) as unknown[]).join(list[0] as string);
      case "Fn::Select":
        return (resolve(list[1]) as unknown[])[Number(resolve(list[0]))];
      case "Fn::Split":
        return String(resolve(list[1])).split(list[0] as string);
      case "Fn::If":
        return resolveRaw(holds(list[0] as string) ? list[1] : list[2]);
      default:
        throw new Error(`lib/local does not understand the intrinsic ${name}; add it to lib/local/intrinsics.ts`);
    }
  }

  function resolveRaw(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolveRaw).filter((each) => each !== noValue);
    if (typeof value !== "object" || value === null) return value;
    const found = intrinsicOf(value);
    if (found !== null) return intrinsic(...found);
    const entries = Object.entries(value).map(([key, each]) => [key, resolveRaw(each)] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== noValue));
  }

  function resolve(value: unknown): unknown {
    const resolved = resolveRaw(value);
    return resolved === noValue ? undefined : resolved;
  }

  return { resolve, holds };
}

// IAM policies and API definitions have members called Condition too: there its value is an object, here a name.
function intrinsicOf(value: unknown): [name: string, argument: unknown] | null {
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length !== 1 || first === undefined) return null;
  const [name, argument] = first;
  const isIntrinsic =
    name === "Ref" || name.startsWith("Fn::") || (name === "Condition" && typeof argument === "string");
  return isIntrinsic ? [name, argument] : null;
}
