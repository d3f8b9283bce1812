// A back office in TypeScript, with the types that are made from the OpenAPI document. It is compiled, and never run.

import type { components, operations } from "./made/office";

type Answer<Id extends keyof operations, Status extends keyof operations[Id]["responses"]> =
  operations[Id]["responses"][Status] extends { content: { "application/json": infer Content } } ? Content : never;
type Body<Id extends keyof operations> =
  operations[Id] extends { requestBody: { content: { "application/json": infer Content } } } ? Content : never;

const api = "https://example.nl/portaal/office/v1";

class Refused extends Error {
  constructor(readonly problem: components["schemas"]["Problem"]) {
    super(problem.detail);
  }
}

async function send<Given>(key: string, method: string, path: string, body?: unknown): Promise<Given> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const response = await fetch(api + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!response.ok) {
    throw new Refused(await response.json());
  }
  return response.json();
}

export async function begin(key: string, name: string, email: string): Promise<string> {
  const client: Body<"post_clients_invite"> = { kind: "person", name, email, language: "nl", external_id: "K-1042" };
  const invited = await send<Answer<"post_clients_invite", 201>>(key, "POST", "/clients", client);
  const dossier: Body<"post_dossiers_open"> = {
    number: "2026-1", description: "Levering", parties: [invited.client_id], status: "in_progress",
  };
  const opened = await send<Answer<"post_dossiers_open", 201>>(key, "POST", "/dossiers", dossier);
  return opened.id;
}

export async function unread(key: string): Promise<string[]> {
  const query: operations["get_messages_inbox"]["parameters"]["query"] = { handled: false };
  const page = await send<Answer<"get_messages_inbox", 200>>(key, "GET", `/messages?handled=${query?.handled}`);
  return page.items.map((row) => `${row.client_name}: ${row.message.subject}`);
}

export async function mistyped(key: string): Promise<void> {
  const page = await send<Answer<"get_messages_inbox", 200>>(key, "GET", "/messages");
  // @ts-expect-error: a row has no such field, so the types are not those of anything.
  page.items[0]?.nonsense;
  // @ts-expect-error: a client is a person or a company.
  const client: Body<"post_clients_invite"> = { kind: "cat", name: "Jan", email: "jan@example.nl", language: "nl" };
}
