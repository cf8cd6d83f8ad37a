import { readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import * as z from "zod";

/** One resource of a CloudFormation template, before its intrinsics are resolved. */
export type TemplateResource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
};

/** The parts of a CloudFormation template that a laptop needs. */
export type Template = {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
};

/** A stack of a CDK cloud assembly, with the directory of each of its file assets by object key. */
export type CloudAssembly = {
  readonly stackName: string;
  readonly template: Template;
  readonly assetPaths: ReadonlyMap<string, string>;
  /** Construct path by logical id, such as `Stack/Queue/Resource`. */
  readonly paths: ReadonlyMap<string, string>;
};

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.record(z.string(), z.unknown()).optional(),
      metadata: z.unknown().optional(),
      additionalMetadataFile: z.string().optional(),
    }),
  ),
});

const metadataSchema = z.record(z.string(), z.array(z.object({ type: z.string(), data: z.unknown().optional() })));

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

const section = <T extends z.ZodType>(value: T) => z.record(z.string(), value).default({});
const templateSchema = z.strictObject({
  Resources: section(
    z.strictObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).optional(),
      Condition: z.string().optional(),
      Metadata: z.record(z.string(), z.unknown()).optional(),
      // These order or protect deployments; a laptop starts everything at once and deletes nothing.
      DependsOn: z.unknown().optional(),
      DeletionPolicy: z.unknown().optional(),
      UpdateReplacePolicy: z.unknown().optional(),
      UpdatePolicy: z.unknown().optional(),
    }),
  ),
  Parameters: section(z.object({ Default: z.unknown().optional() })),
  Conditions: section(z.unknown()),
  Outputs: section(z.object({ Value: z.unknown(), Condition: z.string().optional() })),
  Description: z.unknown().optional(),
  Metadata: z.unknown().optional(),
  // Holds nothing but CDK's check of the bootstrap stack, which a laptop does not have.
  Rules: z.strictObject({ CheckBootstrapVersion: z.unknown().optional() }).optional(),
});

/**
 * Reads the one stack of a cloud assembly (or the named one).
 *
 * @throws Error when there is no such stack, or more than one and no name.
 */
export function readCloudAssembly(directory: string, stackName?: string): CloudAssembly {
  const manifest = manifestSchema.parse(readJson(join(directory, "manifest.json")));
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts
    .filter(([, artifact]) => artifact.type === "aws:cloudformation:stack")
    .map(([id, artifact]) => ({
      name: String(artifact.properties?.stackName ?? id),
      file: String(artifact.properties?.templateFile),
      artifact,
    }));
  const wanted = stackName === undefined ? stacks : stacks.filter((stack) => stack.name === stackName);
  const [stack] = wanted;
  if (stack === undefined || wanted.length > 1) {
    const names = stacks.map((each) => each.name).join(", ") || "none";
    throw new Error(`${directory} must hold the one stack to run; it holds: ${names}. Choose one with "stackName".`);
  }
  const template = templateSchema.parse(readJson(join(directory, stack.file)));
  const assetPaths = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== "cdk:asset-manifest") continue;
    const { files } = assetsSchema.parse(readJson(join(directory, String(artifact.properties?.file))));
    for (const { source, destinations } of Object.values(files)) {
      // With asset staging disabled the path is the absolute one of the source directory.
      const path = isAbsolute(source.path) ? source.path : resolve(directory, source.path);
      for (const { objectKey } of Object.values(destinations)) assetPaths.set(objectKey, path);
    }
  }
  const { additionalMetadataFile, metadata } = stack.artifact;
  const notes = additionalMetadataFile ? readJson(join(directory, additionalMetadataFile)) : metadata;
  return { stackName: stack.name, template: template as Template, assetPaths, paths: constructPaths(notes) };
}

function constructPaths(metadata: unknown): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadataSchema.parse(metadata ?? {}))) {
    for (const { type, data } of entries) {
      if (type === "aws:cdk:logicalId") paths.set(String(data), path.slice(1));
    }
  }
  return paths;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`cannot read ${path}: run the CDK app first (cdk synth)`, { cause });
  }
}
