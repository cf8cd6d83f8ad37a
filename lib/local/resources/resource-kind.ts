import * as z from "zod";
import type { Identity } from "../intrinsics.ts";
import type { LocalModel } from "../model.ts";

/** What a kind may look at to name a resource: only the properties that make its name, so that names can refer to names. */
export type NamingContext = {
  readonly logicalId: string;
  readonly stackName: string;
  readonly httpUrl: string;
  /** null while the template has no queue. */
  readonly sqsUrl: string | null;
  property(name: string): unknown;
};

/** One CloudFormation resource type as the laptop understands it. */
export type ResourceKind = {
  readonly type: string;
  /** The file under lib/local/resources in which to add a property. */
  readonly file: string;
  readonly properties: z.ZodType;
  identify(context: NamingContext): Identity;
  interpret(properties: unknown, resource: Identity & { logicalId: string }, model: LocalModel): void;
};

/** Declares a kind; `properties` is strict, so whatever it does not list is an error that names it. */
export function resourceKind<S extends z.ZodType>(kind: {
  type: string;
  file: string;
  properties: S;
  identify?: (context: NamingContext) => Identity;
  interpret?: (properties: z.output<S>, resource: Identity & { logicalId: string }, model: LocalModel) => void;
}): ResourceKind {
  return {
    type: kind.type,
    file: kind.file,
    properties: kind.properties,
    identify: kind.identify ?? (({ logicalId }) => ({ ref: logicalId, attributes: {} })),
    interpret: (properties, resource, model) => kind.interpret?.(properties as z.output<S>, resource, model),
  };
}

/** A property that is understood and has no meaning on a laptop, with the reason. */
export function ignored(reason: string): z.ZodOptional<z.ZodUnknown> {
  return z.unknown().describe(reason).optional();
}

/** The physical name: the given one, or one made from the logical id as CloudFormation would. */
export function physicalName(context: NamingContext, property: string): string {
  const given = context.property(property);
  return typeof given === "string" ? given : `${context.stackName}-${context.logicalId}`;
}

/** A kind which exists in AWS only: every property is accepted, none is read. */
export function ignoredKind(
  type: string,
  file: string,
  reason: string,
  attributes: readonly string[] = ["Arn"],
): ResourceKind {
  return resourceKind({
    type,
    file,
    properties: z.looseObject({}).describe(reason),
    identify: ({ logicalId }) => ({
      ref: logicalId,
      attributes: Object.fromEntries(attributes.map((name) => [name, `arn:aws:local:::${logicalId}`])),
    }),
  });
}
