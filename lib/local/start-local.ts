import { installAccessGuard } from "./access-guard.ts";
import { startAwsProxy } from "./aws-proxy.ts";
import { readCloudAssembly } from "./cloud-assembly.ts";
import { createTables } from "./create-tables.ts";
import { takeDataDirectory } from "./data-directory.ts";
import { dynamoDbClient } from "./dynamodb-client.ts";
import { startDynamoDb } from "./dynoxide.ts";
import { openEngineFile } from "./engine-file.ts";
import { startEventBus } from "./event-bus.ts";
import { type AwsCall, faultControl } from "./faults.ts";
import { startFauxqs } from "./fauxqs.ts";
import { functionEnvironment, installEnvironment } from "./function-environment.ts";
import { listenHttpApi } from "./http-api.ts";
import { grantsOf } from "./iam.ts";
import { hasType, interpretTemplate } from "./interpret-template.ts";
import { lambdaHost } from "./lambda-host.ts";
import { findResource } from "./local-resource.ts";
import type { LocalOptions, LocalRuntime } from "./local-runtime.ts";
import { meter } from "./meter.ts";
import { noteRunning } from "./running-service.ts";
import { startSchedules } from "./schedule.ts";
import { settle } from "./settle.ts";
import { buildMappings } from "./start-mappings.ts";
import { ttlSweep } from "./ttl-sweep.ts";
import { installVirtualClock, realClock } from "./virtual-clock.ts";

export type { LocalOptions, LocalRuntime } from "./local-runtime.ts";

type Cleanups = (() => void | Promise<void>)[];

const ttlSweepMs = 60_000;
const dayMs = 86_400_000;

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
  const counter = { next: 0 };
  const front = async (service: AwsCall["service"], url: string): Promise<string> => {
    if (!hasProxy) return url;
    const proxy = await startAwsProxy(service, url, faults, metered, counter);
    cleanups.push(proxy.stop);
    return proxy.url;
  };
  const [http, engine, queues, bus] = await allStarted(cleanups, [
    listenHttpApi(options.host ?? "127.0.0.1", options.port ?? 0),
    startDynamoDb(options.dynamodb ?? {}, directory, options.onFatal ?? throwUncaught),
    hasType(assembly, "AWS::SQS::Queue") ? startFauxqs(directory.path, (url) => front("sqs", url)) : null,
    hasType(assembly, "AWS::Events::EventBus") ? startEventBus() : null,
  ]);
  const { model, outputs, resources } = interpretTemplate(assembly, {
    httpUrl: http.url,
    sqsUrl: queues?.publicUrl ?? null,
  });

  queues?.create(model.queues);
  const client = dynamoDbClient(engine.endpoint);
  cleanups.push(client.close);
  const streams = await createTables(client, model.tables, onEvent);
  const file = engine.databasePath === null ? null : openEngineFile(engine.databasePath, model.tables);
  if (file !== null) cleanups.push(file.close);
  const trim = () => {
    for (const table of model.tables) file?.trim(table, (clock.now() - dayMs) / 1000);
  };
  trim();

  const endpoints = {
    dynamodb: await front("dynamodb", engine.endpoint),
    sqs: queues?.publicUrl ?? null,
    events: bus && (await front("events", bus.url)),
  };
  cleanups.push(installEnvironment(functionEnvironment(model.functions), endpoints));
  const host = lambdaHost(model.functions, assembly.assetPaths, onEvent);
  cleanups.push(host.unload);
  bus?.serve(model, host, queues);
  const grants = grantsOf(model);
  const guard = installAccessGuard(grants, onEvent);
  cleanups.push(guard.uninstall);

  const ttl = ttlSweep(model.tables, client, file, directory.notes, clock, onEvent);
  const mappings = buildMappings(
    model,
    {
      client,
      host,
      clock,
      faults,
      onEvent,
      queues,
      streams,
      notes: directory.notes,
      isExpiry: ttl.isExpiry,
      engineVersion: file?.version ?? null,
    },
    grants,
    guard,
  );
  cleanups.push(host.idle);
  for (const mapping of mappings) {
    mapping.start();
    cleanups.push(mapping.stop);
  }
  const schedules = startSchedules(model.schedules, host, clock, directory.notes, onEvent);
  cleanups.push(schedules.stop);
  const housekeeping = every(ttlSweepMs, async () => {
    queues?.tick(clock.now());
    // The engine stamps its records with the machine's time.
    if (!clock.virtual) trim();
    await ttl.run();
  });
  cleanups.push(housekeeping);
  if (model.apis.length > 0) http.serve(model, host);
  // Requests come first to their end: what they start may still run.
  cleanups.push(http.stop);
  cleanups.push(noteRunning(directory.path, { dynamodb: engine.endpoint, outputs }));

  return {
    url: http.url,
    outputs,
    events: bus?.events ?? [],
    faults,
    endpoints: { dynamodb: engine.endpoint, sqs: queues?.url ?? null },
    resource: (wanted) => findResource(resources, wanted),
    settle: () => settle(host, mappings),
    clock: {
      now: clock.now,
      advance: async (ms) => {
        await settle(host, mappings);
        clock.move(ms);
        queues?.tick(clock.now());
        await ttl.run();
        schedules.tick();
        for (const mapping of mappings) mapping.wake();
        await settle(host, mappings);
      },
    },
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

type Stoppable = { stop(): Promise<void> } | null;

// When one fails to start, the others have to be stopped all the same.
async function allStarted<T extends (Promise<Stoppable> | null)[]>(
  cleanups: Cleanups,
  starts: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(starts);
  for (const result of results) if (result.status === "fulfilled" && result.value) cleanups.push(result.value.stop);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return results.map((result) => (result.status === "fulfilled" ? result.value : null)) as {
    [K in keyof T]: Awaited<T[K]>;
  };
}

function every(ms: number, task: () => Promise<void>): () => void {
  const timer = setInterval(() => void task().catch(throwUncaught), ms);
  timer.unref();
  return () => clearInterval(timer);
}

function throwUncaught(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
