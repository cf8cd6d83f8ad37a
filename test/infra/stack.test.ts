import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { routes } from "#contract/routes.ts";
import { functionFiles } from "#infra/function-files.ts";
import { synthesize } from "#infra/synthesize.ts";

type Resource = { Type: string; Properties: Record<string, any> };

const apiKey = "planted-api-key";
mkdirSync("build", { recursive: true });
const folder = mkdtempSync("build/test-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { directory } = await synthesize({
  stage: "aws",
  bundleMode: "deploy",
  settings: parseOperatorSettings({ API_KEY: apiKey }),
  bundleDir: join(folder, "functions"),
  outdir: join(folder, "assembly"),
});
const text = readFileSync(join(directory, "Sluice.template.json"), "utf8");
const byId: Record<string, Resource> = JSON.parse(text).Resources;
const resources = Object.values(byId);
const ofType = (type: string) =>
  resources.filter((resource) => resource.Type === type).map(({ Properties }) => Properties);

describe("the stack for AWS", () => {
  it("stays far below CloudFormation's 500 resources", () => {
    expect(resources.length).toBeLessThanOrEqual(450);
  });

  const functionsStartedByAws = Object.keys(functionFiles()).length;

  it("has a function per route, and those AWS starts by itself, all on arm64 with Node 24", () => {
    const functions = ofType("AWS::Lambda::Function");
    expect(functions).toHaveLength(functionsStartedByAws);
    for (const each of functions) expect(each).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
  });

  it("serves every path with and without its trailing slash, and everything else by $default", () => {
    const keys = new Set(ofType("AWS::ApiGatewayV2::Route").map((route) => route.RouteKey));
    for (const { method, path } of routes) {
      expect(keys).toContain(`${method} ${path}`);
      if (path !== "/") expect(keys).toContain(`${method} ${path}/`);
    }
    expect(keys).toContain("$default");
  });

  it("keeps data: point-in-time recovery, deletion protection, and tables that outlive the stack", () => {
    for (const table of ofType("AWS::DynamoDB::Table")) {
      expect(table).toMatchObject({
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
    expect(text.match(/"DeletionPolicy":"Retain"|"DeletionPolicy": "Retain"/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it("streams the families' table and not the counters', which would feed themselves", () => {
    const streams = ofType("AWS::DynamoDB::Table").map((table) => table.StreamSpecification?.StreamViewType);
    expect(streams.filter((view) => view === "NEW_AND_OLD_IMAGES")).toHaveLength(1);
    expect(streams.filter((view) => view === undefined)).toHaveLength(1);
  });

  it("reads the stream from its start, without end of retries, in a tumbling window that names the shard", () => {
    const mapping = ofType("AWS::Lambda::EventSourceMapping").find((each) => each.StartingPosition !== undefined);
    expect(mapping).toMatchObject({
      StartingPosition: "TRIM_HORIZON",
      ParallelizationFactor: 1,
      TumblingWindowInSeconds: 900,
    });
    expect(mapping?.MaximumRetryAttempts ?? -1).toBe(-1);
  });

  it.each(["worker.advance", "worker.dead_letters"])("lets %s send itself on, past Lambda's loop detection", (name) => {
    const worker = ofType("AWS::Lambda::Function").find((each) => each.Description === `Sluice ${name}`);
    expect(worker?.RecursiveLoop).toBe("Allow");
  });

  it("gives every queue that a function is fed from six times the function's timeout, without which AWS refuses", () => {
    const mappings = ofType("AWS::Lambda::EventSourceMapping").filter((each) => each.StartingPosition === undefined);
    expect(mappings).toHaveLength(2);
    for (const { EventSourceArn, FunctionName } of mappings) {
      const queue = byId[EventSourceArn["Fn::GetAtt"][0]]?.Properties;
      const consumer = byId[FunctionName.Ref]?.Properties;
      expect(queue?.VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumer?.Timeout);
    }
  });

  it("grants no action and no resource by a bare wildcard", () => {
    for (const policy of ofType("AWS::IAM::Policy")) {
      for (const { Action, Resource } of policy.PolicyDocument.Statement) {
        expect([Action].flat().filter((action: string) => action.includes("*"))).toEqual([]);
        if (![Action].flat().includes("dynamodb:ListStreams")) expect([Resource].flat()).not.toContain("*");
      }
    }
  });

  it("lets who gets objects list them: to others S3 does not say that one is not there", () => {
    const actions = ofType("AWS::IAM::Policy").flatMap((policy) =>
      policy.PolicyDocument.Statement.map((statement: { Action: string | string[] }) => [statement.Action].flat()),
    );
    const reading = actions.filter((each) => each.includes("s3:GetObject"));
    expect(reading.length).toBeGreaterThan(0);
    for (const each of reading) expect(each).toContain("s3:ListBucket");
  });

  it("is closed from the start, and holds the API key only as its hash", () => {
    const [environment] = ofType("AWS::Lambda::Function").map((each) => each.Environment.Variables);
    expect(environment).toMatchObject({ STAGE: "aws", READS_OPEN: "false" });
    expect(environment.API_KEY_SHA256).toMatch(/^[0-9a-f]{64}$/);
    expect(text).not.toContain(apiKey);
  });

  it("lets functions authenticate on the items of authentication alone, and those of public routes not at all", () => {
    const statements = ofType("AWS::IAM::Policy").flatMap((policy) => policy.PolicyDocument.Statement);
    const prefixes = statements.flatMap(
      (each) => each.Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] ?? [],
    );
    expect(new Set(prefixes)).toEqual(new Set(["apikey#*", "limit#*"]));
    const reports = statements.filter((each) => each.Condition === undefined && each.Action === "dynamodb:UpdateItem");
    expect(reports).toEqual([]);
    expect(JSON.parse(text).Outputs).toHaveProperty("TableName");
  });

  it("lets functions at the secrets of this stack alone, and each do one thing with them", () => {
    const statements = ofType("AWS::IAM::Policy").flatMap((policy) => policy.PolicyDocument.Statement);
    const granted = statements.filter((each) => JSON.stringify(each.Action).includes("ssm:"));
    expect(granted.map((each) => each.Action).sort()).toEqual([
      "ssm:DeleteParameter",
      "ssm:GetParameters",
      "ssm:GetParametersByPath",
      "ssm:PutParameter",
    ]);
    for (const { Action, Resource } of granted) {
      const path = Action === "ssm:GetParametersByPath" ? "secrets" : "secrets/*";
      expect(JSON.stringify(Resource)).toContain(`:parameter/sluice/Sluice/${path}"`);
      expect(Resource).not.toBeInstanceOf(Array);
    }
    const [environment] = ofType("AWS::Lambda::Function").map((each) => each.Environment.Variables);
    expect(environment.SECRETS_PREFIX).toBe("/sluice/Sluice/secrets");
  });

  it("keeps logs for a month, in a group per family", () => {
    const groups = ofType("AWS::Logs::LogGroup");
    expect(groups.length).toBeLessThan(16);
    for (const group of groups) expect(group.RetentionInDays).toBe(30);
  });

  it("costs little while idle: polling, a sweep a minute and one alarm; no dashboard, secret, key or network", () => {
    expect(ofType("AWS::CloudWatch::Alarm")).toHaveLength(1);
    const paid = /CloudWatch::Dashboard|SecretsManager|KMS|EC2|ElasticLoad|ECS|RDS/;
    expect(resources.filter((resource) => paid.test(resource.Type))).toEqual([]);
    expect(ofType("AWS::Scheduler::Schedule")).toHaveLength(1);
  });
});
