// A front end for clients in TypeScript, with the types that are made from the OpenAPI document. Compiled, never run.

import type { components, operations } from "./made/client";

type Answer<Id extends keyof operations, Status extends keyof operations[Id]["responses"]> =
  operations[Id]["responses"][Status] extends { content: { "application/json": infer Content } } ? Content : never;
type Body<Id extends keyof operations> =
  operations[Id] extends { requestBody: { content: { "application/json": infer Content } } } ? Content : never;
type Problem = components["schemas"]["Problem"];

const api = "https://example.nl/portaal/api/v1";

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }

  faults(field: string): string[] {
    return (this.problem.errors ?? []).filter((each) => each.field === field).map((each) => each.detail);
  }
}

async function send<Given>(
  token: string, method: string, path: string, body?: unknown, more: Record<string, string> = {},
): Promise<Given> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...more };
  const response = await fetch(api + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!response.ok) {
    throw new Refused(await response.json());
  }
  return response.json();
}

export async function signIn(email: string, password: string): Promise<string> {
  const given: Body<"post_sign_in_sign_in"> = { email, password, app: "Telefoon van Jan" };
  const entered = await send<Answer<"post_sign_in_sign_in", 200>>("", "POST", "/session", given);
  if (entered.state === "second_step" || !entered.tokens) {
    throw new Error("the second step comes first");
  }
  return entered.tokens.access_token;
}

export async function read(token: string, account: string): Promise<string[]> {
  const page = await send<Answer<"get_dossiers_dossiers", 200>>(token, "GET", `/accounts/${account}/dossiers`);
  return page.items.map((row) => `${row.number}: ${row.description}`);
}

export async function save(token: string, form: string, name: string): Promise<string[]> {
  const page = await send<Answer<"get_questionnaires_questionnaire_page", 200>>(token, "GET", `${form}/pages/persoon`);
  const given: Body<"put_questionnaires_save"> = { submitted: { ...page.answers, naam: name } };
  const version = { "If-Match": `"${page.version}"` };
  try {
    await send<Answer<"put_questionnaires_save", 200>>(token, "PUT", `${form}/pages/${page.page_id}`, given, version);
    return [];
  } catch (error) {
    if (error instanceof Refused) {
      return error.faults("naam");
    }
    throw error;
  }
}

export async function mistyped(token: string): Promise<void> {
  const session = await send<Answer<"get_sign_in_session", 200>>(token, "GET", "/session");
  // @ts-expect-error: a session has no such field, so the types are not those of anything.
  session.nonsense;
  // @ts-expect-error: a state is one of those that there are.
  session.state === "asleep";
  // @ts-expect-error: nobody signs in without a password.
  const given: Body<"post_sign_in_sign_in"> = { email: "jan@example.nl" };
}
