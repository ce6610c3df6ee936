// Identity providers for the tests: oidc-provider, one for each port that is given, each with a key and a client of its own.
// What a sound provider never does, each does when it is told to: POST /test with {"spoil": "…"}.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT, UnsecuredJWT, decodeJwt } from "jose";
import Provider from "oidc-provider";

const SECRET = "a secret of forty characters, as they come";

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomUUID();
  const marks = { kid, use: "sig", alg: "RS256" };
  return { kid, privateKey, full: { ...privateKey.export({ format: "jwk" }), ...marks }, shown: { ...publicKey.export({ format: "jwk" }), ...marks }, pem: publicKey.export({ type: "spki", format: "pem" }) };
}

const sign = (claims, key, header = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.kid, ...header }).sign(key.privateKey);

const SPOILED = {
  nonce: (claims, { key }) => sign({ ...claims, nonce: "of another sign-in" }, key),
  "no nonce": ({ nonce, ...claims }, { key }) => sign(claims, key),
  audience: (claims, { key }) => sign({ ...claims, aud: "another-client" }, key),
  "audience, for us": (claims, { key }) => sign({ ...claims, aud: "another-client", azp: claims.aud }, key),
  party: (claims, { key }) => sign({ ...claims, azp: "another-client" }, key),
  expired: (claims, { key }) => sign({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }, key),
  old: (claims, { key }) => sign({ ...claims, iat: claims.iat - 3600 }, key),
  "no end": ({ exp, ...claims }, { key }) => sign(claims, key),
  "of tomorrow": (claims, { key }) => sign({ ...claims, iat: claims.iat + 86400, exp: claims.exp + 86400 }, key),
  issuer: (claims, { key }) => sign({ ...claims, iss: "https://login.example/another" }, key),
  "no subject": ({ sub, ...claims }, { key }) => sign(claims, key),
  "subject of many": (claims, { key }) => sign({ ...claims, sub: ["sam", "alex"] }, key),
  unsigned: (claims) => new UnsecuredJWT(claims).encode(),
  "another key": (claims, { key }) => sign(claims, { ...newKey(), kid: key.kid }),
  "the secret": (claims, { key }) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: key.kid }).sign(new TextEncoder().encode(SECRET)),
  "the key that everybody has": (claims, { key }) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: key.kid }).sign(new TextEncoder().encode(key.pem)),
  "a key of its own": (claims, { key }) => sign(claims, newKey(), { kid: undefined, jwk: newKey().shown }),
  rubbish: () => "a.b.c",
  nothing: () => undefined,
  "signed in long ago": (claims, { key }) => sign({ ...claims, auth_time: claims.iat - 3600 }, key),
  "not said when": ({ auth_time, ...claims }, { key }) => sign(claims, key),
  "the new key": (claims, { newer }) => sign(claims, newer),
};

function tenant(port) {
  const issuer = `http://127.0.0.1:${port}`;
  const keys = { key: newKey(), newer: newKey() };
  const fresh = () => ({ sub: "sam", name: "Sam Somebody", email: "sam@agency.example", amr: ["pwd"], acr: "one", spoil: "", says: {}, keys: [], wait: 0 });
  let told = fresh();
  const provider = new Provider(issuer, {
    clients: [{ client_id: "roundtable", client_secret: SECRET, redirect_uris: ["http://localhost:8000/"] }],
    claims: { openid: ["sub", "acr", "amr", "auth_time"], profile: ["name"], email: ["email"] },
    conformIdTokenClaims: false,
    acrValues: ["one", "two"],
    cookies: { keys: [randomUUID()] },
    jwks: { keys: [keys.key.full] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, name: told.name, email: told.email }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  // The agencies' numbers, which stand in the address, are known only to the test.
  provider.Client.prototype.redirectUriAllowed = (address) => /^http:\/\/[^/]+\/sign-in\/agency\/\d+\/answer$/.test(address);
  provider.use(async (ctx, next) => {
    if (told.wait) await sleep(told.wait);
    if (ctx.path.startsWith("/interaction/")) return interact(ctx);
    await next();
    if (ctx.path === "/token" && ctx.body?.id_token && told.spoil) {
      ctx.body = { ...ctx.body, id_token: await SPOILED[told.spoil](decodeJwt(ctx.body.id_token), keys) };
    }
    if (ctx.path === "/.well-known/openid-configuration") ctx.body = { ...ctx.body, ...told.says };
    if (ctx.path === "/jwks") ctx.body = { keys: [...ctx.body.keys, ...told.keys.map((name) => keys[name].shown)] };
  });
  async function interact(ctx) {
    const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
    let result = { login: { accountId: told.sub, amr: told.amr, acr: told.acr } };
    if (told.spoil === "refused") result = { error: "access_denied", error_description: "somebody@agency.example said no" };
    else if (prompt.name === "consent") {
      const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      result = { consent: { grantId: await grant.save() } };
    }
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
    ctx.respond = false;
  }
  const answer = provider.callback();
  return createServer((request, response) => {
    if (request.url !== "/test") return answer(request, response);
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      told = { ...fresh(), ...JSON.parse(body) };
      response.end();
    });
  }).listen(port, "127.0.0.1");
}

const servers = process.argv.slice(2).map(tenant);
await Promise.all(servers.map((server) => new Promise((up) => server.on("listening", up))));
console.log("up");
