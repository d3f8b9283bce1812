// A real OpenID provider for the tests: npm's oidc-provider, with pages of its own that a test can send, keys that a test
// rotates, and ID tokens that a test alters. Run as `node provider.mjs SETTINGS`; SETTINGS is JSON:
//   port: the port on 127.0.0.1, 0 for a free one;
//   clients: the clients, in the names of OpenID Connect Dynamic Client Registration.
// Prints {"issuer": URL} and serves until standard input ends. POST /control takes JSON:
//   {"rotate": true}: replace the signing key; the old one is not published any more;
//   {"claims": {...}}: change claims of all ID tokens from now on, null removes one; {} ends that;
//   {"forge": true}: sign all ID tokens from now on with a key that is published nowhere, under the id of the real one;
//   {"without_id_token": true}: leave the ID token out of all answers from now on.

import { createServer } from "node:http";

import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import { createMemoryAdapter } from "oidc-provider/lib/adapters/memory_adapter.js";

const settings = JSON.parse(process.argv[2]);
const adapter = createMemoryAdapter();
const addresses = new Map();
const control = { claims: {}, forge: false, without_id_token: false };
let keys = 0;
let key;
let forged;
let answer;

/** Make a key that signs ID tokens. */
async function newKey() {
  keys += 1;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${keys}`, alg: "RS256", use: "sig" };
}

/** Start or restart the provider with a new key. Sessions, grants and codes stay. */
async function rotate(issuer) {
  [key, forged] = [await newKey(), await newKey()];
  const provider = new Provider(issuer, {
    adapter,
    acrValues: ["http://eidas.europa.eu/LoA/low", "http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"],
    claims: { openid: ["sub", "acr", "amr", "auth_time", "email", "email_verified"] },
    clients: settings.clients,
    conformIdTokenClaims: false,
    cookies: { keys: ["of these tests only"] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true, logoutSource: askToLeave } },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...addresses.get(id) }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [key] },
    loadExistingGrant: grantAll,
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  });
  provider.use(alter);
  answer = provider.callback();
  interact.provider = provider;
}

/** Grant what a client asks, without a question. */
async function grantAll(context) {
  const { client, provider, requestParamOIDCScopes, session } = context.oidc;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope([...requestParamOIDCScopes].join(" "));
  await grant.save();
  return grant;
}

/** Change the ID token of an answer as the test says. */
async function alter(context, next) {
  await next();
  if (context.path !== "/token" || !context.body?.id_token) return;
  const payload = { ...decodeJwt(context.body.id_token), ...control.claims };
  for (const name of Object.keys(payload)) if (payload[name] === null) delete payload[name];
  const signing = await importJWK(control.forge ? forged : key, "RS256");
  const header = decodeProtectedHeader(context.body.id_token);
  context.body.id_token = await new SignJWT(payload).setProtectedHeader(header).sign(signing);
  if (control.without_id_token) delete context.body.id_token;
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const page = (title, body) =>
  `<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;

/** The page that asks whether to sign out here too. */
function askToLeave(context, form) {
  context.body = page(
    "Afmelden",
    `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Ja, afmelden</button>`,
  );
}

/** The page that asks who somebody is, and what it sends: subject, acr, amr, address; or cancel. */
async function interact(request, response) {
  const { provider } = interact;
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(
      page(
        "Aanmelden",
        `<form method="post" data-prompt="${escaped(prompt.name)}" data-asked="${escaped(params.acr_values ?? "")}">
          <label>Naam <input name="subject" required></label>
          <label>Niveau <input name="acr" value="http://eidas.europa.eu/LoA/substantial"></label>
          <input type="hidden" name="amr" value="pwd"><input type="hidden" name="address" value="">
          <button>Aanmelden</button> <button name="cancel" value="yes" formnovalidate>Annuleren</button>
        </form>`,
      ),
    );
    return;
  }
  const sent = new URLSearchParams(await body(request));
  if (sent.has("cancel")) {
    await provider.interactionFinished(request, response, { error: "access_denied", error_description: "cancelled" });
    return;
  }
  const id = sent.get("subject");
  addresses.set(id, sent.get("address") ? { email: sent.get("address"), email_verified: true } : {});
  const login = { accountId: id, acr: sent.get("acr") || undefined, amr: (sent.get("amr") || "pwd").split(" ") };
  await provider.interactionFinished(request, response, { login });
}

async function body(request) {
  const blocks = [];
  for await (const block of request) blocks.push(block);
  return Buffer.concat(blocks).toString();
}

async function serve(request, response) {
  if (request.url === "/control" && request.method === "POST") {
    const { rotate: renew, ...rest } = JSON.parse(await body(request));
    if (renew) await rotate(interact.provider.issuer);
    Object.assign(control, rest);
    response.writeHead(204).end();
  } else if (request.url.startsWith("/interaction/")) {
    await interact(request, response);
  } else {
    answer(request, response);
  }
}

const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end(String(error));
  });
});
server.listen(settings.port, "127.0.0.1", async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  await rotate(issuer);
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
