import { loadItemHead } from "#store/items.ts";

/**
 * Reads what a request asks of a work item. That there is no such item is told before what is wrong with the request, but
 * only then is it looked for: a request in order is judged by the write.
 *
 * @throws DomainError `resource_not_found`, or what is wrong with the request.
 */
export async function ifExists<Asked>(id: string, read: () => Asked): Promise<Asked> {
  try {
    return read();
  } catch (error) {
    await loadItemHead(id);
    throw error;
  }
}
