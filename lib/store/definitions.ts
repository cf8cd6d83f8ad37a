import type { Definition } from "#domain/workflow.ts";
import { VersionedDefinitions } from "./versioned-definitions.ts";

/** What workflows do, version by version. */
const definitions = new VersionedDefinitions<Definition>("Workflow");

export const insertDefinition = definitions.insert.bind(definitions);
export const loadDefinition = definitions.load.bind(definitions);
export const findDefinition = definitions.find.bind(definitions);
export const listDefinitions = definitions.list.bind(definitions);
