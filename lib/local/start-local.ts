import { installAccessGuard } from "./access-guard.ts";
import { advanceClock } from "./advance-clock.ts";
import { callOwners } from "./call-owners.ts";
import type { Cleanups } from "./cleanups.ts";
import { readCloudAssembly } from "./cloud-assembly.ts";
import { createTables } from "./create-tables.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { dynamoDbClient } from "./dynamodb-client.ts";
import { openEngineFile } from "./engine-file.ts";
import { faultControl } from "./faults.ts";
import { functionEnvironment, installEnvironment } from "./function-environment.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { grantsOf } from "./iam.ts";
import { lambdaHost } from "./lambda-host.ts";
import { findResource } from "./local-resource.ts";
import type { LocalOptions, LocalRuntime } from "./local-runtime.ts";
import { meter } from "./meter.ts";
import { noteRunning } from "./running-service.ts";
import { startSchedules } from "./schedule.ts";
import { settle } from "./settle.ts";
import { startEmulators, throwUncaught } from "./start-emulators.ts";
import { buildMappings } from "./start-mappings.ts";
import { ttlSweep } from "./ttl-sweep.ts";
import { installVirtualClock, realClock } from "./virtual-clock.ts";

export type { LocalOptions, LocalRuntime } from "./local-runtime.ts";

// Environment and clock belong to the process, so there is room for one.
let running = false;

/**
 * Runs the stack of a cloud assembly in this process. It knows nothing of the service: what it does follows from the template.
 *
 * @throws Error saying what to mend: a resource or property that is not understood, a data directory in use, a missing engine.
 */
export async function startLocal(options: LocalOptions): Promise<LocalRuntime> {
  if (running) throw new Error("a local runtime runs in this process already: stop it first");
  running = true;
  const cleanups: Cleanups = [
    () => {
      running = false;
    },
  ];
  const stop = async () => {
    // The last started is the first stopped.
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return { ...(await start(options, cleanups)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: LocalOptions, cleanups: Cleanups): Promise<Omit<LocalRuntime, "stop">> {
  const onEvent = options.onEvent ?? (() => {});
  const assembly = readCloudAssembly(options.assembly, options.stackName);
  const directory = takeDataDirectory(options.dataDir);
  cleanups.push(directory.release);
  const clock = options.clock === "virtual" ? installVirtualClock() : realClock();
  cleanups.push(clock.uninstall);

  const metered = options.meter ? meter() : null;
  const hasProxy = options.faults !== undefined || metered !== null;
  const faults = faultControl(options.faults ?? {}, hasProxy);
  const owners = callOwners();
  const proxy = hasProxy ? { faults, meter: metered, owners, counter: { next: 0 } } : null;
  const emulators = await startEmulators(options, assembly, directory, proxy, cleanups);
  const { http, engine, queues, bus, s3, model, outputs, functionEndpoints } = emulators;

  const client = dynamoDbClient(engine.endpoint);
  cleanups.push(client.close);
  const streams = await createTables(client, model.tables, onEvent);
  const file = engine.databasePath === null ? null : openEngineFile(engine.databasePath, model.tables);
  if (file !== null) cleanups.push(file.close);

  cleanups.push(installEnvironment(functionEnvironment(model.functions), functionEndpoints));
  const host = lambdaHost(model.functions, assembly.assetPaths, onEvent);
  cleanups.push(host.unload);
  bus?.serve(model, host, queues);
  const grants = grantsOf(model);
  const guard = installAccessGuard(grants, owners, functionEndpoints.s3, onEvent);
  cleanups.push(guard.uninstall);

  const { notes } = directory;
  const ttl = ttlSweep(model.tables, client, file, notes, clock, onEvent);
  const engineVersion = file?.version ?? null;
  const shared = {
    client,
    host,
    clock,
    faults,
    onEvent,
    queues,
    streams,
    notes,
    isExpiry: ttl.isExpiry,
    engineVersion,
  };
  const mappings = buildMappings(model, shared, grants, guard);
  cleanups.push(host.idle);
  for (const mapping of mappings) {
    mapping.start();
    cleanups.push(mapping.stop);
  }
  const schedules = startSchedules(model.schedules, host, clock, notes, onEvent);
  cleanups.push(schedules.stop);
  const stored = { queues, ttl, s3, file };
  const housekeeping = startHousekeeping(stored, model.tables, clock, onEvent, throwUncaught);
  cleanups.push(housekeeping.stop);
  if (model.apis.length > 0) http.serve(model, host);
  // Requests come first to their end: what they start may still run.
  cleanups.push(http.stop);
  cleanups.push(noteRunning(directory.path, { dynamodb: engine.endpoint, outputs }));

  const timed = { clock, host, mappings, housekeeping, schedules };
  return {
    url: http.url,
    outputs,
    events: bus?.events ?? [],
    faults,
    endpoints: emulators.endpoints,
    resource: (wanted) => findResource(emulators.resources, wanted),
    settle: () => settle(host, mappings),
    clock: { now: clock.now, advance: (ms, advanceOptions = {}) => advanceClock(ms, advanceOptions, timed) },
    usage: {
      functions: host.usage,
      actionsByFunction: guard.actionsByFunction,
      grantsByFunction: Object.fromEntries(
        model.functions.map(({ name, roleArn }) => [name, grants.actionsOf(roleArn)]),
      ),
      calls: metered?.calls ?? {},
      tables: metered?.tables ?? {},
      reset: () => metered?.reset(),
    },
  };
}
