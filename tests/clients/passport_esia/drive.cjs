// Drives passport-esia as it was published, without the framework around it: lines of JSON come in and go out.
//
// The first line gives the address that it sends a person to, the second what becomes of its token call.
const { createInterface } = require("node:readline");
const { readFileSync } = require("node:fs");
const { Strategy } = require("passport-esia");

const [address, clientID, certificate, key, callbackURL, scope] = process.argv.slice(2);
const say = (value) => console.log(JSON.stringify(value));
const strategy = new Strategy(
  {
    clientID,
    certificate: readFileSync(certificate, "utf8"),
    key: readFileSync(key, "utf8"),
    scope,
    callbackURL,
    authorizationURL: `${address}/aas/oauth2/ac`,
    tokenURL: `${address}/aas/oauth2/te`,
  },
  (accessToken, _refreshToken, _profile, done) => done(null, { accessToken }),
);
strategy.redirect = (url) => say({ url });
strategy.success = (user) => say({ user });
strategy.fail = (info) => say({ failed: info });
strategy.error = (error) => say({ error: error.name, cause: error.message });

createInterface({ input: process.stdin }).on("line", (line) => strategy.authenticate({ query: JSON.parse(line) }));
