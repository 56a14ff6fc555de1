// Signs in with the certified library `openid-client`, knowing the provider's discovery URL only.
//
// Talks to the test in lines of JSON: prints the address for the browser, reads the callback's address, prints the rest.
// Plain http is allowed by the library's own switch, which exists for test stands like this one.
import { createInterface } from "node:readline/promises";
import * as client from "openid-client";

const [discoveryUrl, clientId, clientSecret, redirectUri, afterLogout] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => console.log(JSON.stringify(value));

const configuration = await client.discovery(
  new URL(discoveryUrl),
  clientId,
  clientSecret,
  client.ClientSecretBasic(clientSecret),
  { execute: [client.allowInsecureRequests] },
);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const authorization = client.buildAuthorizationUrl(configuration, {
  redirect_uri: redirectUri,
  scope: "openid profile",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
say({ authorization: authorization.href });

const callback = new URL(JSON.parse((await lines.next()).value).callback);
const expected = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };

const spoiled = new URL(callback);
spoiled.searchParams.set("iss", "http://somebody-else.test");
let refusal = null;
try {
  await client.authorizationCodeGrant(configuration, spoiled, expected);
} catch (error) {
  refusal = error.code ?? error.name;
}

const tokens = await client.authorizationCodeGrant(configuration, callback, expected);
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
const introspection = await client.tokenIntrospection(configuration, tokens.access_token);

const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token, { scope: "openid profile" });
const renewedUserinfo = await client.fetchUserInfo(configuration, renewed.access_token, claims.sub);
const isRotated = renewed.refresh_token !== tokens.refresh_token && renewed.access_token !== tokens.access_token;
await client.tokenRevocation(configuration, renewed.refresh_token);
const afterRevocation = await client.tokenIntrospection(configuration, renewed.access_token);

const logout = client.buildEndSessionUrl(configuration, {
  id_token_hint: renewed.id_token,
  post_logout_redirect_uri: afterLogout,
});
const issuer = configuration.serverMetadata().issuer;
say({
  ...{ issuer, refusal, claims, userinfo, introspection, logout: logout.href },
  ...{ renewedUserinfo, isRotated, afterRevocation },
});
process.exit(0);
