import { callService } from "./service.ts";

/** Every record there is, by way of the list and its cursors. */
export async function readAllRecords(url: string): Promise<{ id: string; status: string }[]> {
  const found: { id: string; status: string }[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const path = `/records?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const { body } = await callService(url, "GET", path);
    found.push(...body.items);
    cursor = body.next_cursor as string | null;
  }
  return found;
}
