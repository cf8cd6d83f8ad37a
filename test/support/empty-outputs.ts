import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { TestService } from "./service.ts";

/** Takes every long output out of the bucket of a service, as a clearing does in the middle of a read. */
export async function emptyOutputs(service: Pick<TestService, "endpoints" | "resource">): Promise<void> {
  const client = new S3Client({
    endpoint: service.endpoints.s3 ?? "",
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const Bucket = service.resource("Sluice/Outputs/Bucket/Resource").ref;
  const { Contents: found = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: found.map(({ Key }) => ({ Key })) } }));
  client.destroy();
}
