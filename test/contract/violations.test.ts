import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { openapiDocument } from "#contract/openapi.ts";
import { routes } from "#contract/routes.ts";
import { violationMessage } from "#domain/violation-message.ts";

type JsonSchema = {
  $ref?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
};

const document = JSON.parse(JSON.stringify(openapiDocument({ version: "test" })));
const wrong = [null, -1, 1.5, 1e15, "", " ", "wrong", "x".repeat(20_000), "\t", true, [], [{}], Array(600).fill(1), {}];

/** Every place in a body of a schema, as the names that lead there. */
function placesIn(schema: JsonSchema, path: string[] = []): string[][] {
  const { $ref, properties = {}, items, anyOf = [], additionalProperties } = schema;
  if ($ref !== undefined) return placesIn(document.components.schemas[$ref.split("/").at(-1) ?? ""], path);
  return [
    path,
    ...Object.entries(properties).flatMap(([name, member]) => placesIn(member, [...path, name])),
    ...(items === undefined ? [] : placesIn(items, [...path, "0"])),
    ...anyOf.flatMap((each) => placesIn(each, path)),
    ...(typeof additionalProperties === "object" ? placesIn(additionalProperties, [...path, "any"]) : []),
  ];
}

/** A body that has a value at a place, and nothing else. */
function bodyWith(value: unknown, [name, ...rest]: string[]): unknown {
  if (name === undefined) return value;
  const inner = bodyWith(value, rest);
  return name === "0" ? [inner] : { [name]: inner };
}

const bodies = routes.flatMap(({ id, path, method, body, entries }) => {
  const schema: z.ZodType | undefined = body ?? entries?.schema;
  if (schema === undefined) return [];
  const described: JsonSchema =
    document.paths[path][method.toLowerCase()].requestBody.content["application/json"].schema;
  return [{ id, schema, places: placesIn(entries === undefined ? described : (described.items ?? {})) }];
});

describe("every message about what a client sent follows its path and tells how to mend it", () => {
  it.each(bodies)("$id: its body", ({ schema, places }) => {
    expect(places.length).toBeGreaterThan(1);
    const messages = new Set(
      places
        .flatMap((place) => wrong.map((value) => bodyWith(value, place)))
        .flatMap((sent) => schema.safeParse(sent, { error: violationMessage }).error?.issues ?? [])
        .map(({ message }) => message),
    );
    expect(messages.size).toBeGreaterThan(1);
    for (const message of messages) {
      expect(message).toMatch(/^(must |is missing: it must |is a name )/);
      expect(message).not.toMatch(/invalid|expected|received|undefined|\^/i);
    }
  });

  it.each(routes.filter(({ query }) => query !== undefined))("$id: its parameters", ({ query }) => {
    for (const name of Object.keys(query?.shape ?? {})) {
      for (const value of wrong.filter((each) => typeof each === "string")) {
        for (const { message } of query?.safeParse({ [name]: value }, { error: violationMessage }).error?.issues ??
          []) {
          expect(message).toMatch(/^must /);
          expect(message).not.toMatch(/invalid|expected|received|undefined|\^/i);
        }
      }
    }
  });
});
