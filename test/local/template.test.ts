import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { intrinsicResolver } from "#local/intrinsics.ts";
import { eventFilter } from "#local/stream-filter.ts";
import { startFixture } from "#test/fixture-runtime.ts";

describe("what is not understood is an error", () => {
  test("a resource type, by the resource's name", async () => {
    const start = startFixture({ resources: { Vpc: { type: "AWS::EC2::VPC" } } });
    await expect(start).rejects.toThrow(
      "lib/local does not understand Vpc: AWS::EC2::VPC; add it to lib/local/resources/",
    );
  });

  test("a property, by resource, type and property", async () => {
    const start = startFixture({ resources: { Extra: { type: "AWS::SQS::Queue", properties: { Colour: "red" } } } });
    await expect(start).rejects.toThrow(
      "lib/local does not understand Extra (AWS::SQS::Queue): Colour; add it to lib/local/resources/sqs.ts",
    );
  });

  test("a nested property, by its path", async () => {
    const start = startFixture({ queueMapping: { scalingConfig: { maximumConcurrency: 1 } } });
    await expect(start).rejects.toThrow(
      "QueueMapping (AWS::Lambda::EventSourceMapping): ScalingConfig.MaximumConcurrency",
    );
  });

  test("a bucket's versions, whose old ones would be kept", async () => {
    const properties = { VersioningConfiguration: { Status: "Enabled" } };
    const start = startFixture({ resources: { Extra: { type: "AWS::S3::Bucket", properties } } });
    await expect(start).rejects.toThrow(
      "lib/local does not understand Extra (AWS::S3::Bucket): VersioningConfiguration; add it to lib/local/resources/s3.ts",
    );
  });

  test("a bucket's rule by anything but prefix and days, and what is no part of a bucket's policy", async () => {
    const rule = { Status: "Enabled", ExpirationInDays: 1, TagFilters: [{ Key: "a", Value: "b" }] };
    const ruled = { type: "AWS::S3::Bucket", properties: { LifecycleConfiguration: { Rules: [rule] } } };
    await expect(startFixture({ resources: { Extra: ruled } })).rejects.toThrow(
      "LifecycleConfiguration.Rules.0.TagFilters",
    );
    const policy = { type: "AWS::S3::BucketPolicy", properties: { Bucket: "b", PolicyDocument: {}, Colour: "red" } };
    await expect(startFixture({ resources: { Extra: policy } })).rejects.toThrow(
      "Extra (AWS::S3::BucketPolicy): Colour",
    );
  });

  test("a cron expression", async () => {
    const target = { Arn: "arn:aws:lambda:us-east-1:000000000000:function:x", RoleArn: "x" };
    const properties = {
      ScheduleExpression: "cron(0 12 * * ? *)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: target,
    };
    const start = startFixture({ resources: { Noon: { type: "AWS::Scheduler::Schedule", properties } } });
    await expect(start).rejects.toThrow("only rate(n minutes|hours|days) is understood");
  });

  test("a filter's operator", () => {
    expect(() => eventFilter(['{"body":[{"cidr":"10.0.0.0/8"}]}'])).toThrow('does not understand the filter {"cidr"');
  });
});

test("an environment variable with two values is an error that names both functions", async () => {
  const start = startFixture({ environment: { TABLE_NAME: "another" } });
  await expect(start).rejects.toThrow(/Fixture-Http\w+ and Fixture-OnQueue\w+ give TABLE_NAME different values/);
});

test("after a failed start nothing is left behind: the next start works", async () => {
  await expect(startFixture({ environment: { TABLE_NAME: "another" } })).rejects.toThrow();
  const before = process.env.TABLE_NAME;
  const fixture = await startFixture();
  expect(before).toBeUndefined();
  expect((await fetch(fixture.url)).status).toBe(200);
});

test("outputs and resources are known by physical name", async () => {
  const fixture = await startFixture();
  expect(fixture.outputs.Endpoint).toBe(fixture.url);
  expect(fixture.resource("Table").ref).toBe(fixture.outputs.TableName);
  expect(fixture.resource("Fixture/Dead").attributes.Arn).toMatch(/^arn:aws:sqs:us-east-1:000000000000:Fixture-Dead/);
  expect(() => fixture.resource("Nothing")).toThrow("0 resources match Nothing");
});

test("an assembly of several stacks asks for a name", async () => {
  const directory = mkdtempSync(join(tmpdir(), "assembly-"));
  const stack = (name: string) => ({
    type: "aws:cloudformation:stack",
    properties: { templateFile: `${name}.json`, stackName: name },
  });
  writeFileSync(join(directory, "manifest.json"), JSON.stringify({ artifacts: { A: stack("A"), B: stack("B") } }));
  await expect(startFixture({}, { assembly: directory })).rejects.toThrow(
    'it holds: A, B. Choose one with "stackName".',
  );
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is CloudFormation's syntax, not JavaScript's
describe("intrinsics", () => {
  const template = {
    Resources: { Thing: { Type: "X" } },
    Parameters: { Size: { Default: "3" } },
    Conditions: { Yes: { "Fn::Equals": [{ Ref: "Size" }, "3"] }, No: { "Fn::Not": [{ Condition: "Yes" }] } },
    Outputs: {},
  };
  const { resolve, holds } = intrinsicResolver(template, "Stack", () => ({
    ref: "thing-1",
    attributes: { Arn: "arn:thing", "A.B": "deep" },
  }));

  test.each([
    [{ Ref: "Thing" }, "thing-1"],
    [{ Ref: "AWS::Region" }, "us-east-1"],
    [{ Ref: "Size" }, "3"],
    [{ "Fn::GetAtt": ["Thing", "Arn"] }, "arn:thing"],
    [{ "Fn::GetAtt": "Thing.A.B" }, "deep"],
    [{ "Fn::Sub": "${Thing}/${Thing.Arn}/${AWS::Partition}/${!Literal}" }, "thing-1/arn:thing/aws/${Literal}"],
    [{ "Fn::Sub": ["${a}-${Thing}", { a: { Ref: "Size" } }] }, "3-thing-1"],
    [{ "Fn::Join": ["-", ["a", { Ref: "Thing" }]] }, "a-thing-1"],
    [{ "Fn::Select": ["1", { "Fn::Split": [",", "a,b,c"] }] }, "b"],
    [{ "Fn::If": ["No", "a", { "Fn::If": ["Yes", "b", "c"] }] }, "b"],
    [{ a: { Ref: "AWS::NoValue" }, b: [1, { Ref: "AWS::NoValue" }] }, { b: [1] }],
    [{ Condition: { StringEquals: { a: "b" } } }, { Condition: { StringEquals: { a: "b" } } }],
  ])("%j is %j", (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test("conditions", () => {
    expect([holds("Yes"), holds("No"), holds(undefined)]).toEqual([true, false, true]);
  });

  test("an unknown one is an error", () => {
    expect(() => resolve({ "Fn::Cidr": ["10.0.0.0/8", 1, 8] })).toThrow("does not understand the intrinsic Fn::Cidr");
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

describe("event filters", () => {
  const record = { eventName: "INSERT", dynamodb: { NewImage: { kind: { S: "order" }, size: { N: "7" } } }, count: 5 };
  test.each([
    ['{"eventName":["INSERT","MODIFY"]}', true],
    ['{"eventName":["REMOVE"]}', false],
    ['{"dynamodb":{"NewImage":{"kind":{"S":[{"prefix":"or"}]}}}}', true],
    ['{"dynamodb":{"OldImage":[{"exists":false}]}}', true],
    ['{"dynamodb":{"NewImage":{"kind":{"S":[{"anything-but":["order"]}]}}}}', false],
    ['{"count":[{"numeric":[">",1,"<=",5]}]}', true],
    ['{"$or":[{"count":[1]},{"eventName":["INSERT"]}]}', true],
  ])("%s lets the record through: %s", (pattern, expected) => {
    expect(eventFilter([pattern])(record)).toBe(expected);
  });
});
