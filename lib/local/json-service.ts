import { AwsError } from "./aws-error.ts";
import { type LoopbackServer, loopbackServer, readAll } from "./loopback-server.ts";

/** An action of a service: input to answer. @throws AwsError */
export type JsonAction = (input: Record<string, unknown>) => unknown;

/** Serves actions by AWS's JSON protocol, under a target prefix such as `AmazonSSM`; of an unknown one it says so. */
export function jsonService(
  prefix: string,
  actions: Readonly<Record<string, JsonAction>>,
  file: string,
): Promise<LoopbackServer> {
  return loopbackServer(async (request, response) => {
    const body = await readAll(request);
    const write = (status: number, answer: unknown) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
    try {
      write(200, actionOf(String(request.headers["x-amz-target"]))(parse(body)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      write(error.status, { __type: error.name, message: error.message });
    }
  });

  function actionOf(target: string): JsonAction {
    const [service, name = ""] = target.split(".");
    const action = service === prefix && Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined)
      throw new AwsError("UnknownOperationException", `lib/local does not understand ${target}; add it to ${file}`);
    return action;
  }
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError("SerializationException", "the body is no JSON");
  }
}
