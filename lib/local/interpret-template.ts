import type * as z from "zod";
import type { CloudAssembly, TemplateResource } from "./cloud-assembly.ts";
import { type Identity, intrinsicResolver } from "./intrinsics.ts";
import { emptyModel, type LocalModel } from "./model.ts";
import { resourceKinds } from "./resource-kinds.ts";
import type { ResourceKind } from "./resources/resource-kind.ts";

/** A resource of the stack under its physical name. */
export type LocalResource = Identity & { readonly logicalId: string; readonly type: string; readonly path: string };

/** A template understood. */
export type Interpretation = {
  readonly model: LocalModel;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly LocalResource[];
};

/**
 * Turns a synthesised template into the model that the engines run.
 *
 * @throws Error naming resource, type and property for whatever is not understood: a shrug here would be a surprise in AWS.
 */
export function interpretTemplate(
  { stackName, template, paths }: CloudAssembly,
  addresses: { httpUrl: string; sqsUrl: string | null },
): Interpretation {
  const identities = new Map<string, Identity>();
  const resolver = intrinsicResolver(template, stackName, identityOf);

  function identityOf(logicalId: string): Identity {
    const known = identities.get(logicalId);
    if (known !== undefined) return known;
    const resource = template.Resources[logicalId];
    if (resource === undefined) throw new Error(`the template refers to ${logicalId}, which it does not have`);
    const identity = kindOf(logicalId, resource).identify({
      logicalId,
      stackName,
      ...addresses,
      property: (name) => resolver.resolve(resource.Properties?.[name]),
    });
    identities.set(logicalId, identity);
    return identity;
  }

  const model = emptyModel();
  const resources: LocalResource[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (!resolver.holds(resource.Condition)) continue;
    const kind = kindOf(logicalId, resource);
    const parsed = kind.properties.safeParse(resolver.resolve(resource.Properties ?? {}));
    if (!parsed.success) throw misunderstood(logicalId, kind, parsed.error);
    const identity = identityOf(logicalId);
    kind.interpret(parsed.data, { logicalId, ...identity }, model);
    const path = paths.get(logicalId) ?? logicalId;
    resources.push({ logicalId, type: resource.Type, path, ...identity });
  }
  const outputs = Object.entries(template.Outputs)
    .filter(([, output]) => resolver.holds(output.Condition))
    .map(([name, output]) => [name, String(resolver.resolve(output.Value))] as const);
  return { model, outputs: Object.fromEntries(outputs), resources };
}

/** Whether the template has a resource of the type, before anything is resolved. */
export function hasType({ template }: CloudAssembly, type: string): boolean {
  return Object.values(template.Resources).some((resource) => resource.Type === type);
}

function kindOf(logicalId: string, { Type }: TemplateResource): ResourceKind {
  const kind = resourceKinds.get(Type);
  if (kind !== undefined) return kind;
  throw new Error(`lib/local does not understand ${logicalId}: ${Type}; add it to lib/local/resources/`);
}

function misunderstood(logicalId: string, kind: ResourceKind, error: z.ZodError): Error {
  const details = error.issues.map((issue) => {
    const at = issue.path.map(String);
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...at, key].join(".")).join(", ")
      : `${at.join(".")} (${issue.message})`;
  });
  return new Error(
    `lib/local does not understand ${logicalId} (${kind.type}): ${details.join("; ")}; add it to lib/local/resources/${kind.file}`,
  );
}
