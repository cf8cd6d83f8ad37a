import * as z from "zod";
import { accountId, localArn } from "../aws-names.ts";
import type { StatementModel } from "../model.ts";
import { ignored, physicalName, resourceKind } from "./resource-kind.ts";

const oneOrMany = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const policyDocument = z.strictObject({
  Version: ignored("there is one language version"),
  Statement: z.array(
    z.strictObject({
      Sid: ignored("a label"),
      Effect: z.enum(["Allow", "Deny"]),
      Action: oneOrMany,
      Resource: oneOrMany,
      Condition: ignored("only whether an action is granted at all is checked here"),
    }),
  ),
});

function statements(document: z.output<typeof policyDocument>): StatementModel[] {
  return document.Statement.map(({ Effect, Action, Resource }) => ({
    effect: Effect,
    actions: Action,
    resources: Resource,
  }));
}

/** `AWS::IAM::Role`. */
export const role = resourceKind({
  type: "AWS::IAM::Role",
  file: "iam.ts",
  properties: z.strictObject({
    RoleName: z.string().optional(),
    Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
    ManagedPolicyArns: z.array(z.string()).default([]),
    AssumeRolePolicyDocument: ignored("no one assumes a role here"),
    PermissionsBoundary: ignored("only whether an action is granted at all is checked here"),
    Path: ignored("a label"),
    Description: ignored("a label"),
    MaxSessionDuration: ignored("there are no sessions"),
    Tags: ignored("labels for AWS"),
  }),
  identify: (context) => {
    const name = physicalName(context, "RoleName");
    return { ref: name, attributes: { Arn: `arn:aws:iam::${accountId}:role/${name}`, RoleId: context.logicalId } };
  },
  interpret: (properties, { ref, attributes }, model) =>
    model.roles.push({
      name: ref,
      arn: attributes.Arn ?? "",
      managedPolicyArns: properties.ManagedPolicyArns,
      statements: properties.Policies.flatMap(({ PolicyDocument }) => statements(PolicyDocument)),
    }),
});

const attachments = {
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()).default([]),
  Users: z.array(z.never()).optional(),
  Groups: z.array(z.never()).optional(),
};

/** `AWS::IAM::Policy`, attached to roles. */
export const policy = resourceKind({
  type: "AWS::IAM::Policy",
  file: "iam.ts",
  properties: z.strictObject({ PolicyName: z.string(), ...attachments }),
  interpret: (properties, _, model) =>
    model.policies.push({ arn: null, roleNames: properties.Roles, statements: statements(properties.PolicyDocument) }),
});

/** `AWS::IAM::ManagedPolicy`, attached by itself or by the role. */
export const managedPolicy = resourceKind({
  type: "AWS::IAM::ManagedPolicy",
  file: "iam.ts",
  properties: z.strictObject({
    ManagedPolicyName: z.string().optional(),
    Description: ignored("a label"),
    Path: ignored("a label"),
    ...attachments,
  }),
  identify: (context) => {
    const arn = localArn("iam", `policy/${physicalName(context, "ManagedPolicyName")}`);
    return { ref: arn, attributes: { PolicyArn: arn } };
  },
  interpret: (properties, { ref }, model) =>
    model.policies.push({ arn: ref, roleNames: properties.Roles, statements: statements(properties.PolicyDocument) }),
});
