import { Agent, request } from "node:http";
import { region } from "./aws-names.ts";

/** A DynamoDB error by its AWS name, such as `ResourceNotFoundException`. */
export class DynamoDbError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** A bare client of a local DynamoDB endpoint; the emulators accept any signature. */
export type DynamoDbClient = {
  readonly endpoint: string;
  /** @throws DynamoDbError */
  call<T>(action: string, body: unknown): Promise<T>;
  close(): void;
};

/** An AWS signature of no value: it names the region, and the emulators check no more than its presence. */
const localAuthorization = {
  authorization: `AWS4-HMAC-SHA256 Credential=local/20200101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=local`,
  "x-amz-date": "20200101T000000Z",
};

/** Connects to an endpoint, keeping its connections. */
export function dynamoDbClient(endpoint: string): DynamoDbClient {
  const agent = new Agent({ keepAlive: true });
  return {
    endpoint,
    call: <T>(action: string, body: unknown) =>
      new Promise<T>((resolve, reject) => {
        const service = streamActions.has(action) ? "DynamoDBStreams_20120810" : "DynamoDB_20120810";
        const headers = {
          ...localAuthorization,
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `${service}.${action}`,
        };
        const call = request(endpoint, { method: "POST", agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const answer = JSON.parse(Buffer.concat(chunks).toString() || "{}");
            if (response.statusCode === 200) resolve(answer as T);
            else
              reject(
                new DynamoDbError(String(answer.__type).replace(/^.*#/, ""), answer.message ?? answer.Message ?? ""),
              );
          });
        });
        call.on("error", reject);
        call.end(JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}

const streamActions = new Set(["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"]);
