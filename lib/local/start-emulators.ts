import { join } from "node:path";
import { type ProxyContext, startAwsProxy } from "./aws-proxy.ts";
import { allStarted, type Cleanups } from "./cleanups.ts";
import type { CloudAssembly } from "./cloud-assembly.ts";
import type { DataDirectory } from "./data-directory.ts";
import { type DynamoDbEngine, startDynamoDb } from "./dynoxide.ts";
import { type EventBus, startEventBus } from "./event-bus.ts";
import type { AwsCall } from "./faults.ts";
import { type QueueEngine, startFauxqs } from "./fauxqs.ts";
import type { FunctionEndpoints } from "./function-environment.ts";
import { type HttpApi, listenHttpApi } from "./http-api.ts";
import { hasType, type Interpretation, interpretTemplate } from "./interpret-template.ts";
import type { LocalOptions, LocalRuntime } from "./local-runtime.ts";
import { startParameterStore } from "./parameter-store.ts";
import { type S3, startS3 } from "./s3.ts";

/** What stands in for AWS, and the template that it was started for; null is what the template does not have. */
export type Emulators = Interpretation & {
  readonly http: HttpApi;
  readonly engine: DynamoDbEngine;
  readonly queues: QueueEngine | null;
  readonly bus: EventBus | null;
  readonly s3: S3 | null;
  /** As functions see them: behind the proxies, where there are any. */
  readonly functionEndpoints: FunctionEndpoints;
  readonly endpoints: LocalRuntime["endpoints"];
};

/**
 * Starts the emulators of a stack.
 *
 * @param proxy null: functions reach the emulators themselves.
 */
export async function startEmulators(
  options: LocalOptions,
  assembly: CloudAssembly,
  directory: DataDirectory,
  proxy: ProxyContext | null,
  cleanups: Cleanups,
): Promise<Emulators> {
  const front = async (service: AwsCall["service"], url: string): Promise<string> => {
    if (proxy === null) return url;
    const started = await startAwsProxy(service, url, proxy);
    cleanups.push(started.stop);
    return started.url;
  };
  const [http, engine, queues, bus, parameters] = await allStarted(cleanups, [
    listenHttpApi(options.host ?? "127.0.0.1", options.port ?? 0),
    startDynamoDb(options.dynamodb ?? {}, directory, options.onFatal ?? throwUncaught),
    hasType(assembly, "AWS::SQS::Queue") ? startFauxqs(directory.path, (url) => front("sqs", url)) : null,
    hasType(assembly, "AWS::Events::EventBus") ? startEventBus() : null,
    // No template has parameters that functions make.
    startParameterStore(join(directory.path, "parameters.json")),
  ]);
  const interpretation = interpretTemplate(assembly, { httpUrl: http.url, sqsUrl: queues?.publicUrl ?? null });
  const { queues: queueModels, buckets } = interpretation.model;
  queues?.create(queueModels);
  const [s3] = await allStarted(cleanups, [
    buckets.length > 0 ? startS3(join(directory.path, "objects"), buckets) : null,
  ]);
  const functionEndpoints = {
    dynamodb: await front("dynamodb", engine.endpoint),
    sqs: queues?.publicUrl ?? null,
    events: bus && (await front("events", bus.url)),
    s3: s3 && (await front("s3", s3.url)),
    ssm: await front("ssm", parameters.url),
  };
  const endpoints = {
    dynamodb: engine.endpoint,
    sqs: queues?.url ?? null,
    s3: s3?.url ?? null,
    ssm: parameters.url,
  };
  return { ...interpretation, http, engine, queues, bus, s3, functionEndpoints, endpoints };
}

/** Ends the process by an error that nobody catches. */
export function throwUncaught(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
