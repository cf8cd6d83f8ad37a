import type { AccessGuard } from "./access-guard.ts";
import { checkpoints } from "./checkpoints.ts";
import type { FaultControl } from "./faults.ts";
import type { QueueEngine } from "./fauxqs.ts";
import { type Grants, mappingActions } from "./iam.ts";
import type { Mapping } from "./mapping.ts";
import type { LocalModel, MappingModel } from "./model.ts";
import { queueMapping } from "./queue-mapping.ts";
import { type StreamMappingContext, streamMapping } from "./stream-mapping.ts";

/** What all mappings share. */
export type MappingContext = Omit<StreamMappingContext, "checkpoints" | "engineStreamArn" | "isExpiry" | "send"> & {
  readonly notes: Parameters<typeof checkpoints>[0];
  readonly faults: FaultControl;
  readonly queues: QueueEngine | null;
  /** The engine's stream ARN by table name. */
  readonly streams: ReadonlyMap<string, string>;
  readonly isExpiry: (tableName: string, change: Parameters<StreamMappingContext["isExpiry"]>[0]) => boolean;
};

/**
 * Builds the enabled mappings of a stack.
 *
 * @throws Error for a source that the stack does not have, or whose function may not read it: Lambda would refuse the mapping.
 */
export function buildMappings(
  model: LocalModel,
  context: MappingContext,
  grants: Grants,
  guard: AccessGuard,
): Mapping[] {
  const saved = checkpoints(context.notes);
  return model.mappings
    .filter((mapping) => mapping.enabled)
    .map((mapping) => {
      checkGrants(model, mapping, grants, guard);
      if (mapping.sourceArn.startsWith("arn:aws:sqs:")) {
        if (context.queues === null) throw new Error(`${mapping.id}: the stack has no queue ${mapping.sourceArn}`);
        return queueMapping(mapping, context.queues, context.host, context.faults, context.onEvent);
      }
      const table = model.tables.find(({ streamArn }) => streamArn === mapping.sourceArn);
      const engineStreamArn = table && context.streams.get(table.name);
      if (table === undefined || engineStreamArn === undefined)
        throw new Error(`${mapping.id}: no table has the stream ${mapping.sourceArn}`);
      return streamMapping(mapping, {
        ...context,
        engineStreamArn,
        checkpoints: saved,
        isExpiry: (change) => context.isExpiry(table.name, change),
        send: (arn, body) => destination(context.queues, mapping, arn).send(arn, body),
      });
    });
}

function checkGrants({ functions }: LocalModel, mapping: MappingModel, grants: Grants, guard: AccessGuard): void {
  const model = functions.find(({ name }) => name === mapping.functionName);
  if (model === undefined) throw new Error(`${mapping.id}: the stack has no function ${mapping.functionName}`);
  for (const action of mappingActions(mapping)) {
    if (!grants.allows(model.roleArn, action)) {
      throw new Error(
        `${mapping.id} needs ${action}, which the role of ${model.name} does not grant; add the grant in lib/infra`,
      );
    }
    guard.note(model.name, action);
  }
}

function destination(queues: QueueEngine | null, mapping: MappingModel, arn: string): QueueEngine {
  if (queues?.queue(arn) === undefined)
    throw new Error(`${mapping.id}: the failure destination ${arn} is no queue of the stack`);
  return queues;
}
