import { expect, it } from "vitest";
import { getObject } from "#store/objects.ts";
import { sampleEnvironment } from "#test/sample-environment.ts";
import { ok, startScriptedServer } from "#test/scripted-server.ts";

const s3 = await startScriptedServer();
Object.assign(process.env, sampleEnvironment({ OUTPUTS_BUCKET: "outputs" }), {
  AWS_ENDPOINT_URL_S3: `http://${s3.host}`,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
});

it("an object that breaks off is read again another time: it is not an error of ours", async () => {
  s3.script = (socket) => {
    socket.on("data", () => {
      socket.write(`${ok}content-length: 100\r\n\r\n{"half":`);
      setImmediate(() => socket.destroy());
    });
  };
  await expect(getObject("runs/a/b.json")).rejects.toMatchObject({ code: "service_unavailable" });
});

it("an object that is not there is null", async () => {
  const body = "<Error><Code>NoSuchKey</Code></Error>";
  s3.script = (socket) =>
    socket.on("data", () => socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
  expect(await getObject("runs/a/b.json")).toBeNull();
});
